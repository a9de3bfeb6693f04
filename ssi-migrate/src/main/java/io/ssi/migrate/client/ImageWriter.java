package io.ssi.migrate.client;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import jdk.internal.misc.Unsafe;

/**
 * Walks the program's objects from its statics and frames, without recursion, and writes each as it is found: the first
 * reference to an object defines it (so the reader can allocate it at once), its fields follow in the order of definition.
 * See {@link ImageFormat} for the layout. Nothing of the program is changed, except hashes of objects that had none.
 */
final class ImageWriter {
    private static final Unsafe U = Unsafe.getUnsafe();

    private final Jdk jdk;
    private final Names names;
    private final LambdaRecipes lambdas;
    private final ImageOutput out;
    private final ObjectNumbers numbers;
    /** Not a map: that would ask classes for their identity hash, which the program might then see change. */
    private final ClassValue<TypeInfo> types = new ClassValue<>() {
        @Override
        protected TypeInfo computeValue(Class<?> type) {
            return new TypeInfo();
        }
    };
    private int classCount;
    private final Set<Thread> moving;
    private final Pins pins;
    /** By object number: how it was defined. */
    private final Blocks.OfBytes kinds = new Blocks.OfBytes();
    private final Backtraces backtraces;
    private final References references;
    /** Numbers of references that a collection may put into their queues, and of what the common cleaner has registered. */
    private final List<Integer> active = new ArrayList<>();
    private final List<Integer> registered = new ArrayList<>();
    /** Numbers of handles of this very process, which is another process of the host's there. */
    private final List<Integer> handles = new ArrayList<>();
    private final ProgramClock clock = ProgramClock.now();

    ImageWriter(Jdk jdk, Names names, LambdaRecipes lambdas, ImageOutput out, HashBits bits, Set<Thread> moving) {
        this.jdk = jdk;
        this.names = names;
        this.lambdas = lambdas;
        this.backtraces = new Backtraces(jdk);
        this.references = new References(jdk);
        this.out = out;
        this.numbers = new ObjectNumbers(bits);
        this.pins = new Pins(numbers);
        this.moving = moving;
    }

    int objects() {
        return numbers.count();
    }

    /** What cannot move, each with its path from a root; empty if all can. */
    List<String> pins() {
        return pins.found();
    }

    /** @param initialised the program's initialised classes */
    void write(List<Class<?>> initialised, List<FailedClasses.Failed> failed, List<StoppedThread> threads, byte[] process, long nextThreadId)
            throws IOException {
        references.whileQuiet(() -> writeQuietly(initialised, failed, threads, process, nextThreadId));
        numbers(handles);
        numbers(registered);
        numbers(references.enqueuedSince(numbers, active));
        out.flush();
    }

    private void numbers(List<Integer> list) throws IOException {
        out.varint(list.size());
        for (int number : list) {
            out.varint(number);
        }
    }

    private void writeQuietly(List<Class<?>> initialised, List<FailedClasses.Failed> failed, List<StoppedThread> threads, byte[] process,
            long nextThreadId) throws IOException {
        out.u4(ImageFormat.MAGIC);
        out.string(Runtime.version().toString());
        out.varint(initialised.size());
        for (Class<?> type : initialised) {
            out.string(type.getName());
            out.varint(numbers.hash(type));
        }
        FailedClasses.writeNames(out, failed);
        for (Class<?> type : initialised) {
            classReference(type);
            statics(type);
        }
        travellingStatics();
        for (FailedClasses.Failed each : failed) {
            pins.root("the failed initialiser of class " + each.type().getName());
            reference(each.error());
        }
        out.u8(nextThreadId);
        clock.write(out);
        out.varint(process.length);
        out.raw(process, Unsafe.ARRAY_BYTE_BASE_OFFSET, process.length);
        out.varint(threads.size());
        for (StoppedThread thread : threads) {
            thread(thread);
        }
        List<Object> actions = references.ofProgram();
        out.varint(actions.size());
        for (Object action : actions) {
            pins.root("the JDK's cleaner");
            reference(action);
        }
        for (int i = 1; i <= numbers.count(); i++) {
            body(i);
        }
    }

    /** Only this object and what it refers to. */
    void rehearse(Object object) throws IOException {
        pins.root("a rehearsal");
        reference(object);
        for (int i = 1; i <= numbers.count(); i++) {
            body(i);
        }
        out.flush();
    }

    // ---- roots

    private void statics(Class<?> type) throws IOException {
        Layout layout = Layout.ofStatics(jdk, type);
        out.varint(layout.kinds.length);
        Object base = Layout.staticBase(jdk, type);
        for (int i = 0; i < layout.kinds.length; i++) {
            if (layout.kinds[i] == 'L') {
                pins.root("static field " + type.getName() + "." + layout.names[i]);
            }
            field(base, layout.offsets[i], layout.kinds[i]);
        }
    }

    private void travellingStatics() throws IOException {
        for (String name : JdkState.TRAVELLING_STATICS) {
            Field field = JdkState.travelling(jdk, name);
            if (field == null) {
                out.u1(0);
                continue;
            }
            out.u1(1);
            pins.root("static field " + name.replace('#', '.'));
            field(U.staticFieldBase(field), U.staticFieldOffset(field), Layout.kind(field.getType()));
        }
    }

    private void thread(StoppedThread stopped) throws IOException {
        String name = "thread \"" + stopped.thread.getName() + "\"";
        pins.root(name);
        reference(stopped.thread);
        out.u1(stopped.kind);
        reference(stopped.object);
        out.u8(stopped.remainingNanos);
        out.u1(stopped.interrupted ? 1 : 0);
        out.varint(stopped.states.size());
        for (FrameState frame : stopped.states) {
            pins.root(name + ", frame " + frame.type().getName() + "." + frame.method());
            classReference(frame.type());
            out.string(frame.method());
            out.string(frame.descriptor());
            out.varint(frame.call());
            out.u1(frame.asFactory() ? 1 : 0);
            slots(frame.values().localRefs(), frame.values().localRaws());
            slots(frame.values().stackRefs(), frame.values().stackRaws());
            out.varint(frame.values().monitors().length);
            for (Object monitor : frame.values().monitors()) {
                reference(monitor);
            }
        }
    }

    private void slots(Object[] refs, long[] raws) throws IOException {
        out.varint(refs.length);
        for (int i = 0; i < refs.length; i++) {
            if (refs[i] == null) {
                out.u1(0);
                out.u8(raws[i]);
            } else {
                out.u1(1);
                reference(refs[i]);
            }
        }
    }

    private void reference(Object object) throws IOException {
        if (object == null) {
            out.varint(ImageFormat.NULL);
            return;
        }
        int number = numbers.number(object);
        if (number > 0) {
            out.varint(ImageFormat.BACK + numbers.count() - number);
            return;
        }
        pins.reached(-number);
        out.varint(ImageFormat.NEW);
        kinds.set(-number, define(object, numbers.hashOfNew()));
    }

    private int define(Object object, int hash) throws IOException {
        String name = names.of(object);
        if (name != null) {
            int kind = JdkState.FILLED.contains(name) ? ImageFormat.NAMED_FILLED : ImageFormat.NAMED;
            if (kind == ImageFormat.NAMED_FILLED && !Jdk.isJdk(object.getClass())) {
                pins.addReason("a " + object.getClass().getName() + " takes the place of the JDK's " + name.replace('#', '.') + "; it cannot move yet, use the JDK's own");
            }
            out.u1(kind);
            out.varint(hash);
            out.string(name);
            return kind;
        } else if (object instanceof Class<?> type) {
            out.u1(ImageFormat.CLASS);
            out.varint(hash);
            classReference(type);
            return ImageFormat.CLASS;
        } else if (object instanceof String string && new String(string).intern() == string) {
            out.u1(ImageFormat.INTERNED);
            interned(string);
            return ImageFormat.INTERNED;
        } else if (object.getClass().isArray()) {
            out.u1(ImageFormat.ARRAY);
            out.varint(hash);
            classReference(object.getClass());
            out.varint(Array.getLength(object));
            return ImageFormat.ARRAY;
        } else if (object instanceof MethodType type) {
            out.u1(ImageFormat.METHOD_TYPE);
            methodType(type);
            return ImageFormat.METHOD_TYPE;
        } else if (object instanceof MethodHandle handle) {
            methodHandle(handle);
            return ImageFormat.METHOD_HANDLE;
        } else if (object instanceof VarHandle handle) {
            varHandle(handle);
            return ImageFormat.FIELD_VAR_HANDLE;
        }
        return instance(object, hash);
    }

    private int instance(Object object, int hash) throws IOException {
        if (object instanceof Throwable throwable) {
            backtraces.make(throwable);
        }
        TypeInfo info = info(object.getClass());
        String pin = !info.mayPin ? null : object instanceof Thread thread && thread.isAlive() && !moving.contains(thread)
                ? "a thread of the JVM or the agent (" + thread.getName() + "); do not keep it" : JdkState.pin(jdk, object);
        if (pin != null) {
            pins.add(object, pin);
            out.u1(ImageFormat.PINNED);
            return ImageFormat.PINNED;
        }
        out.u1(ImageFormat.INSTANCE);
        out.varint(hash);
        classReference(object.getClass());
        return ImageFormat.INSTANCE;
    }

    /** What is the same for all objects of a class. */
    private static final class TypeInfo {
        /** In the image; 0 before the first reference to it. */
        int number;
        /** Null before the first instance. */
        Layout layout;
        boolean mayPin;
        /** See {@link #note}. */
        boolean isNoted;
    }

    private TypeInfo info(Class<?> type) {
        TypeInfo info = types.get(type);
        if (info.layout == null) {
            info.layout = Layout.ofInstances(jdk, type);
            info.mayPin = JdkState.mayPin(type);
            info.isNoted = Reference.class.isAssignableFrom(type) || ProcessHandle.class.isAssignableFrom(type);
        }
        return info;
    }

    private void interned(String string) throws IOException {
        out.varint(string.length());
        for (int i = 0; i < string.length(); i++) {
            out.varint(string.charAt(i));
        }
    }

    private void methodType(MethodType type) throws IOException {
        classReference(type.returnType());
        out.varint(type.parameterCount());
        for (int i = 0; i < type.parameterCount(); i++) {
            classReference(type.parameterType(i));
        }
    }

    private void methodHandle(MethodHandle handle) throws IOException {
        MethodHandleInfo info;
        try {
            info = jdk.trusted().revealDirect(handle);
        } catch (IllegalArgumentException e) {
            pins.add(handle, "a method handle made of others (" + handle.type() + "); it cannot move yet, use a lambda");
            out.u1(ImageFormat.PINNED);
            return;
        }
        out.u1(ImageFormat.METHOD_HANDLE);
        out.u1(info.getReferenceKind());
        classReference(info.getDeclaringClass());
        out.string(info.getName());
        methodType(info.getMethodType());
    }

    private void varHandle(VarHandle handle) throws IOException {
        Class<?> first = handle.coordinateTypes().isEmpty() ? null : handle.coordinateTypes().get(0);
        if (first != null && first.isArray() && handle.coordinateTypes().size() == 2 && handle.getClass().getName().contains("Array")) {
            out.u1(ImageFormat.ARRAY_VAR_HANDLE);
            classReference(first);
            return;
        }
        Field field = VarHandles.fieldOf(jdk, handle);
        if (field == null) {
            pins.add(handle, "a variable handle that is not of a field or array; it cannot move yet, use one of a field");
            out.u1(ImageFormat.PINNED);
            return;
        }
        out.u1(ImageFormat.FIELD_VAR_HANDLE);
        classReference(field.getDeclaringClass());
        out.string(field.getName());
    }

    // ---- classes

    private void classReference(Class<?> type) throws IOException {
        TypeInfo info = types.get(type);
        if (info.number != 0) {
            out.varint(info.number);
            return;
        }
        info.number = ++classCount;
        out.varint(classCount);
        out.varint(type.getClassLoader() == ClassLoader.getSystemClassLoader() ? numbers.hash(type) : 0);
        if (type.isPrimitive()) {
            out.u1(ImageFormat.PRIMITIVE_CLASS);
            out.string(type.descriptorString());
        } else if (type.isArray()) {
            out.u1(ImageFormat.ARRAY_CLASS);
            classReference(type.getComponentType());
        } else if (type.isHidden()) {
            hiddenClass(type);
        } else if (Proxy.isProxyClass(type)) {
            out.u1(ImageFormat.PROXY_CLASS);
            loader(type);
            out.varint(type.getInterfaces().length);
            for (Class<?> each : type.getInterfaces()) {
                classReference(each);
            }
        } else {
            out.u1(ImageFormat.NAMED_CLASS);
            loader(type);
            out.string(type.getName());
        }
    }

    private void loader(Class<?> type) throws IOException {
        ClassLoader loader = type.getClassLoader();
        if (loader == null) {
            out.u1(ImageFormat.BOOT);
        } else if (loader == ClassLoader.getPlatformClassLoader()) {
            out.u1(ImageFormat.PLATFORM);
        } else {
            if (loader != ClassLoader.getSystemClassLoader()) {
                pins.addReason("class " + type.getName() + " is of a class loader of the program's own (" + loader.getClass().getName()
                        + "); such classes cannot move yet, put them on the class path");
            }
            out.u1(ImageFormat.APPLICATION);
        }
    }

    private void hiddenClass(Class<?> type) throws IOException {
        Object factory = lambdas.factory(type);
        if (factory == null) {
            pins.addReason("hidden class " + type.getName() + " was made by the program and not by a lambda; it cannot move yet, have its maker define a named class");
            out.u1(ImageFormat.PRIMITIVE_CLASS);
            out.string("V");
            return;
        }
        out.u1(ImageFormat.LAMBDA_CLASS);
        classReference((Class<?>) jdk.get(factory, "targetClass"));
        out.string((String) jdk.get(factory, "interfaceMethodName"));
        methodType((MethodType) jdk.get(factory, "factoryType"));
        methodType((MethodType) jdk.get(factory, "interfaceMethodType"));
        methodType((MethodType) jdk.get(factory, "dynamicMethodType"));
        MethodHandleInfo implementation = (MethodHandleInfo) jdk.get(factory, "implInfo");
        out.u1(implementation.getReferenceKind());
        classReference(implementation.getDeclaringClass());
        out.string(implementation.getName());
        methodType(implementation.getMethodType());
        Class<?>[] markers = (Class<?>[]) jdk.get(factory, "altInterfaces");
        MethodType[] bridges = (MethodType[]) jdk.get(factory, "altMethods");
        out.u1(jdk.getBoolean(factory, "isSerializable") ? 1 : 0);
        out.varint(markers.length);
        for (Class<?> marker : markers) {
            classReference(marker);
        }
        out.varint(bridges.length);
        for (MethodType bridge : bridges) {
            methodType(bridge);
        }
    }

    // ---- bodies

    private void body(int number) throws IOException {
        int kind = kinds.get(number);
        if (kind != ImageFormat.INSTANCE && kind != ImageFormat.ARRAY && kind != ImageFormat.NAMED_FILLED) {
            return;
        }
        Object object = numbers.object(number);
        pins.inside(number);
        Class<?> type = object.getClass();
        if (type.isArray()) {
            array(object, type);
            return;
        }
        TypeInfo info = info(type);
        Layout layout = info.layout;
        boolean ofCommonCleaner = info.isNoted && note(object, number);
        for (int i = 0; i < layout.kinds.length; i++) {
            if (ofCommonCleaner && layout.names[i].equals("node")) {
                reference(null);
            } else {
                field(object, layout.offsets[i], layout.kinds[i]);
            }
        }
    }

    /** True if its place in the common cleaner's list stays here. */
    private boolean note(Object object, int number) {
        if (object instanceof ProcessHandle) {
            if (object.equals(ProcessHandle.current())) {
                handles.add(number);
            }
            return false;
        }
        if (references.isActive(object)) {
            active.add(number);
        }
        if (references.isRegistered(object)) {
            registered.add(number);
        }
        return references.isOfCommonCleaner(object);
    }

    private void array(Object array, Class<?> type) throws IOException {
        if (array instanceof Object[] elements) {
            boolean threadLocals = type == ImageFormat.THREAD_LOCAL_ENTRIES;
            for (Object element : elements) {
                reference(threadLocals && isJdkThreadLocal(element) ? null : element);
            }
        } else {
            long bytes = (long) Array.getLength(array) * U.arrayIndexScale(type);
            out.raw(array, U.arrayBaseOffset(type), bytes);
        }
    }

    /** Entry of a thread local that a JDK class keeps in a static: it is a cache of the JVM's. */
    private boolean isJdkThreadLocal(Object entry) {
        Object key = entry == null ? null : ((WeakReference<?>) entry).get();
        return key != null && names.of(key) != null;
    }

    private void field(Object holder, long offset, char kind) throws IOException {
        switch (kind) {
            case 'L' -> reference(U.getReference(holder, offset));
            case 'I', 'F' -> out.u4(U.getInt(holder, offset));
            case 'J', 'D' -> out.u8(U.getLong(holder, offset));
            case 'S', 'C' -> out.u2(U.getShort(holder, offset));
            case 'B', 'Z' -> out.u1(U.getByte(holder, offset));
            default -> {
                // rebuilt on the other side
            }
        }
    }
}
