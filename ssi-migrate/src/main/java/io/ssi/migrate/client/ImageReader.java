package io.ssi.migrate.client;

import java.io.IOException;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.internal.misc.Unsafe;

/** Builds in this JVM what {@link ImageWriter} wrote in another. No constructor and no initialiser of the program runs. */
final class ImageReader {
    private static final Unsafe U = Unsafe.getUnsafe();
    private static final int LENGTH_MAX = Integer.MAX_VALUE - 8;
    private static final int CLASSES_MAX = 1 << 24;

    private final Jdk jdk;
    private final Names names;
    private final LambdaRecipes lambdas;
    private final ImageInput in;
    private final HashBits bits;
    private final Initialisation beforeInitialisation;
    private final Blocks.OfObjects objects = new Blocks.OfObjects();
    private final Blocks.OfBytes kinds = new Blocks.OfBytes();
    private int count;
    private Class<?>[] classes = new Class<?>[1 << 10];
    private int classCount;
    /** Not a map: that would ask classes for their identity hash before they have the one that the program knows. */
    private final ClassValue<Layout> layouts = new ClassValue<>() {
        @Override
        protected Layout computeValue(Class<?> type) {
            return Layout.ofInstances(jdk, type);
        }
    };
    private final List<Object> salted = new ArrayList<>();
    /** JDK statics to set when their objects are whole: until then the JDK itself uses them, System's properties for one. */
    private final Map<Field, Object> shared = new HashMap<>();
    private final List<Object> tables = new ArrayList<>();
    private final List<Object> reflected = new ArrayList<>();
    /** Set when an object of the JDK, which has its own identity in each JVM, could not be given the hash it had. */
    private boolean rehash;
    private final List<StoppedThread> threads = new ArrayList<>();
    private byte[] process;
    private long nextThreadId;
    private ProgramClock clock;

    /** Is told the names of the program's initialised classes, and of those whose initialisers failed, before any is initialised here. */
    interface Initialisation {
        void accept(List<String> initialised, List<String> failed) throws ReflectiveOperationException;
    }

    ImageReader(Jdk jdk, Names names, LambdaRecipes lambdas, ImageInput in, HashBits bits, Initialisation beforeInitialisation) {
        this.jdk = jdk;
        this.names = names;
        this.lambdas = lambdas;
        this.in = in;
        this.bits = bits;
        this.beforeInitialisation = beforeInitialisation;
    }

    /** Threads as they stopped; their Thread objects are ready to be started. */
    List<StoppedThread> threads() {
        return threads;
    }

    byte[] process() {
        return process;
    }

    /** What the source's next thread would have been numbered. */
    long nextThreadId() {
        return nextThreadId;
    }

    ProgramClock clock() {
        return clock;
    }

    void read() throws IOException, ReflectiveOperationException {
        if (in.u4() != ImageFormat.MAGIC) {
            throw new IOException("this is no image of a process");
        }
        String version = in.string();
        if (!version.equals(Runtime.version().toString())) {
            throw new IOException("the image is of JDK " + version + ", this is " + Runtime.version());
        }
        List<String> initialised = new ArrayList<>();
        int[] hashes = new int[in.count(CLASSES_MAX, "number of classes")];
        for (int i = 0; i < hashes.length; i++) {
            initialised.add(in.string());
            hashes[i] = in.varint();
        }
        List<String> failed = new ArrayList<>();
        for (int left = in.count(CLASSES_MAX, "number of classes"); left > 0; left--) {
            failed.add(in.string());
        }
        beforeInitialisation.accept(initialised, failed);
        for (int i = 0; i < hashes.length; i++) {
            // HotSpot gives a class a hash when it is initialised.
            hashed(Class.forName(initialised.get(i), false, ClassLoader.getSystemClassLoader()), hashes[i]);
        }
        for (String name : initialised) {
            Class.forName(name, true, ClassLoader.getSystemClassLoader());
        }
        Map<Class<?>, Throwable> errors = new LinkedHashMap<>();
        for (String name : failed) {
            errors.put(FailedClasses.fail(name), null);
        }
        for (int left = initialised.size(); left > 0; left--) {
            statics(classReference());
        }
        travellingStatics();
        for (Map.Entry<Class<?>, Throwable> error : errors.entrySet()) {
            error.setValue((Throwable) reference());
        }
        nextThreadId = in.u8();
        clock = ProgramClock.read(in);
        process = new byte[in.count(1 << 24, "state of the OS process")];
        in.raw(process, Unsafe.ARRAY_BYTE_BASE_OFFSET, process.length);
        int threadCount = in.count(1 << 20, "number of threads");
        for (int i = 0; i < threadCount; i++) {
            threads.add(thread());
        }
        for (int left = in.count(LENGTH_MAX, "number of cleaning actions"); left > 0; left--) {
            reference();
        }
        for (int i = 1; i <= count; i++) {
            body(i);
        }
        new Reflected(jdk).numberAgain(reflected);
        errors.forEach((type, error) -> FailedClasses.note(jdk, type, error));
        for (Object handle : numbered()) {
            for (String field : new String[] {"pid", "startTime"}) {
                long offset = U.objectFieldOffset(jdk.field(handle.getClass(), field));
                U.putLong(handle, offset, U.getLong(ProcessHandle.current(), offset));
            }
        }
        List<Object> registered = numbered();
        List<Object> late = numbered();
        for (Map.Entry<Field, Object> entry : shared.entrySet()) {
            Field field = entry.getKey();
            U.putReferenceVolatile(U.staticFieldBase(field), U.staticFieldOffset(field), entry.getValue());
        }
        for (StoppedThread thread : threads) {
            makeStartable(thread.thread);
        }
        References references = new References(jdk);
        registered.forEach(references::register);
        late.forEach(references::enqueue);
        new SaltedCollections(jdk).layOutAgain(salted);
        if (rehash) {
            new HashTables(jdk).layOutAgain(tables);
        }
    }

    /** What {@link ImageWriter#rehearse} wrote. */
    Object rehearse() throws IOException, ReflectiveOperationException {
        Object object = reference();
        for (int i = 1; i <= count; i++) {
            body(i);
        }
        return object;
    }

    private List<Object> numbered() throws IOException {
        List<Object> list = new ArrayList<>();
        for (int left = in.count(LENGTH_MAX, "number of references"); left > 0; left--) {
            list.add(objects.get(in.count(count, "number of an object")));
        }
        return list;
    }

    // ---- roots

    private void statics(Class<?> type) throws IOException, ReflectiveOperationException {
        Layout layout = Layout.ofStatics(jdk, type);
        int fields = in.varint();
        if (fields != layout.kinds.length) {
            throw new IOException("class " + type.getName() + " has " + layout.kinds.length + " static fields here, " + fields
                    + " at the source");
        }
        Object base = Layout.staticBase(jdk, type);
        for (int i = 0; i < fields; i++) {
            field(base, layout.offsets[i], layout.kinds[i]);
        }
    }

    private void travellingStatics() throws IOException, ReflectiveOperationException {
        for (String name : JdkState.TRAVELLING_STATICS) {
            if (in.u1() != 0) {
                int hash = name.indexOf('#');
                Class<?> type = Class.forName(name.substring(0, hash), true, null);
                Field field = jdk.field(type, name.substring(hash + 1));
                if (field.getType().isPrimitive()) {
                    field(U.staticFieldBase(field), U.staticFieldOffset(field), Layout.kind(field.getType()));
                } else {
                    shared.put(field, reference());
                }
            }
        }
    }

    private StoppedThread thread() throws IOException, ReflectiveOperationException {
        Thread thread = (Thread) reference();
        int kind = in.u1();
        Object object = reference();
        StoppedThread stopped = new StoppedThread(thread, kind, object, in.u8(), List.of());
        stopped.interrupted = in.u1() != 0;
        int frames = in.count(1 << 20, "number of frames");
        stopped.states = new ArrayList<>(frames);
        for (int i = 0; i < frames; i++) {
            Class<?> type = classReference();
            String method = in.string();
            String descriptor = in.string();
            int call = in.varint();
            boolean asFactory = in.u1() != 0;
            int locals = in.count(1 << 16, "number of locals");
            Object[] localRefs = new Object[locals];
            long[] localRaws = new long[locals];
            slots(localRefs, localRaws);
            int stack = in.count(1 << 16, "size of an operand stack");
            Object[] stackRefs = new Object[stack];
            long[] stackRaws = new long[stack];
            slots(stackRefs, stackRaws);
            Object[] monitors = new Object[in.count(1 << 16, "number of monitors")];
            for (int m = 0; m < monitors.length; m++) {
                monitors[m] = reference();
            }
            stopped.states.add(new FrameState(type, method, descriptor, call, asFactory,
                    new RawFrame(type, method, descriptor, 0, localRefs, localRaws, stackRefs, stackRaws, monitors)));
        }
        return stopped;
    }

    private void slots(Object[] refs, long[] raws) throws IOException, ReflectiveOperationException {
        for (int i = 0; i < refs.length; i++) {
            if (in.u1() == 0) {
                raws[i] = in.u8();
            } else {
                refs[i] = reference();
            }
        }
    }

    /** As if never started: Thread.start makes a new native thread for it. */
    private void makeStartable(Thread thread) {
        U.putLong(thread, U.objectFieldOffset(jdk.field(Thread.class, "eetop")), 0L);
        Object holder = jdk.get(thread, "holder");
        U.putInt(holder, U.objectFieldOffset(jdk.field(holder.getClass(), "threadStatus")), 0);
    }

    // ---- references

    private Object reference() throws IOException, ReflectiveOperationException {
        int reference = in.varint();
        if (reference == ImageFormat.NULL) {
            return null;
        }
        if (reference != ImageFormat.NEW) {
            int back = reference - ImageFormat.BACK;
            if (back < 0 || back >= count) {
                throw new IOException("a reference in the image goes back by " + back + " objects of " + count);
            }
            return objects.get(count - back);
        }
        int number = ++count;
        int kind = in.u1();
        kinds.set(number, kind);
        Object object = define(kind);
        objects.set(number, object);
        return object;
    }

    private Object define(int kind) throws IOException, ReflectiveOperationException {
        return switch (kind) {
            case ImageFormat.NAMED, ImageFormat.NAMED_FILLED -> {
                int hash = in.varint();
                yield hashed(names.find(in.string()), hash);
            }
            case ImageFormat.CLASS -> {
                int hash = in.varint();
                yield hashed(classReference(), hash);
            }
            case ImageFormat.INTERNED -> interned();
            case ImageFormat.ARRAY -> {
                int hash = in.varint();
                Class<?> type = classReference();
                yield hashed(Array.newInstance(type.getComponentType(), in.count(LENGTH_MAX, "length of an array")), hash);
            }
            case ImageFormat.METHOD_TYPE -> methodType();
            case ImageFormat.METHOD_HANDLE -> Handles.of(jdk, in.u1(), classReference(), in.string(), methodType());
            case ImageFormat.FIELD_VAR_HANDLE -> Handles.ofField(jdk, classReference(), in.string());
            case ImageFormat.ARRAY_VAR_HANDLE -> MethodHandles.arrayElementVarHandle(classReference());
            case ImageFormat.INSTANCE -> instance();
            default -> throw new IOException("kind " + kind + " in the image is not known");
        };
    }

    private Object instance() throws IOException, ReflectiveOperationException {
        int hash = in.varint();
        Class<?> type = classReference();
        Object object = hashed(jdk.allocate(type), hash);
        if (SaltedCollections.isSalted(type)) {
            salted.add(object);
        } else if (HashTables.isOne(object)) {
            tables.add(object);
        } else if (Reflected.isOne(type)) {
            reflected.add(object);
        }
        return object;
    }

    private Object hashed(Object object, int hash) {
        if (hash != 0 && !bits.set(object, hash) && System.identityHashCode(object) != hash) {
            rehash = true; // an object of this JVM's own that was asked for its hash before
        }
        return object;
    }

    private String interned() throws IOException {
        char[] chars = new char[in.count(LENGTH_MAX, "length of a string")];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) in.varint();
        }
        return new String(chars).intern();
    }

    private MethodType methodType() throws IOException, ReflectiveOperationException {
        Class<?> result = classReference();
        Class<?>[] parameters = new Class<?>[in.count(255, "number of parameters")];
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = classReference();
        }
        return MethodType.methodType(result, parameters);
    }

    // ---- classes

    private Class<?> classReference() throws IOException, ReflectiveOperationException {
        int number = in.varint();
        if (number > 0 && number <= classCount) {
            return classes[number];
        }
        if (number != classCount + 1) {
            throw new IOException("class " + number + " in the image follows class " + classCount);
        }
        if (++classCount == classes.length) {
            classes = Arrays.copyOf(classes, classCount * 2);
        }
        int hash = in.varint();
        Class<?> type = switch (in.u1()) {
            case ImageFormat.PRIMITIVE_CLASS -> MethodType.fromMethodDescriptorString("()" + in.string(), null).returnType();
            case ImageFormat.NAMED_CLASS -> {
                ClassLoader loader = loader(in.u1());
                yield Class.forName(in.string(), false, loader);
            }
            case ImageFormat.ARRAY_CLASS -> classReference().arrayType();
            case ImageFormat.LAMBDA_CLASS -> lambdaClass();
            case ImageFormat.PROXY_CLASS -> proxyClass();
            default -> throw new IOException("kind of class in the image is not known");
        };
        classes[number] = type;
        hashed(type, hash);
        return type;
    }

    private static ClassLoader loader(int number) throws IOException {
        return switch (number) {
            case ImageFormat.BOOT -> null;
            case ImageFormat.PLATFORM -> ClassLoader.getPlatformClassLoader();
            case ImageFormat.APPLICATION -> ClassLoader.getSystemClassLoader();
            default -> throw new IOException("class loader " + number + " in the image is not known");
        };
    }

    private Class<?> proxyClass() throws IOException, ReflectiveOperationException {
        ClassLoader loader = loader(in.u1());
        Class<?>[] interfaces = new Class<?>[in.count(65535, "number of interfaces")];
        for (int i = 0; i < interfaces.length; i++) {
            interfaces[i] = classReference();
        }
        return java.lang.reflect.Proxy.newProxyInstance(loader, interfaces, (proxy, method, arguments) -> null).getClass();
    }

    private Class<?> lambdaClass() throws IOException, ReflectiveOperationException {
        MethodHandles.Lookup caller = MethodHandles.privateLookupIn(classReference(), jdk.trusted());
        String name = in.string();
        MethodType factoryType = methodType();
        MethodType interfaceType = methodType();
        MethodType dynamicType = methodType();
        MethodHandle implementation = Handles.ofLambda(caller, in.u1(), classReference(), in.string(), methodType());
        List<Object> arguments = new ArrayList<>(List.of(interfaceType, implementation, dynamicType));
        boolean serializable = in.u1() != 0;
        Class<?>[] markers = new Class<?>[in.count(255, "number of interfaces")];
        for (int i = 0; i < markers.length; i++) {
            markers[i] = classReference();
        }
        MethodType[] bridges = new MethodType[in.count(255, "number of bridges")];
        for (int i = 0; i < bridges.length; i++) {
            bridges[i] = methodType();
        }
        arguments.add((serializable ? LambdaMetafactory.FLAG_SERIALIZABLE : 0)
                | (markers.length > 0 ? LambdaMetafactory.FLAG_MARKERS : 0)
                | (bridges.length > 0 ? LambdaMetafactory.FLAG_BRIDGES : 0));
        if (markers.length > 0) {
            arguments.add(markers.length);
            arguments.addAll(List.of(markers));
        }
        if (bridges.length > 0) {
            arguments.add(bridges.length);
            arguments.addAll(List.of(bridges));
        }
        try {
            LambdaMetafactory.altMetafactory(caller, name, factoryType, arguments.toArray());
        } catch (java.lang.invoke.LambdaConversionException e) {
            throw new ReflectiveOperationException("lambda " + name + " of " + caller.lookupClass().getName(), e);
        }
        return lambdas.lastSpun();
    }

    // ---- bodies

    private void body(int number) throws IOException, ReflectiveOperationException {
        Object object = objects.get(number);
        switch (kinds.get(number)) {
            case ImageFormat.ARRAY -> array(object);
            case ImageFormat.INSTANCE -> fields(object);
            case ImageFormat.NAMED_FILLED -> {
                if (object.getClass().isArray()) {
                    array(object);
                } else {
                    fields(object);
                }
            }
            default -> {
                // whole by its definition
            }
        }
    }

    private void fields(Object object) throws IOException, ReflectiveOperationException {
        Layout layout = layouts.get(object.getClass());
        for (int i = 0; i < layout.kinds.length; i++) {
            field(object, layout.offsets[i], layout.kinds[i]);
        }
    }

    private void array(Object array) throws IOException, ReflectiveOperationException {
        if (array instanceof Object[] elements) {
            long base = U.arrayBaseOffset(elements.getClass());
            long scale = U.arrayIndexScale(elements.getClass());
            for (int i = 0; i < elements.length; i++) {
                U.putReference(elements, base + i * scale, reference());
            }
        } else {
            Class<?> type = array.getClass();
            in.raw(array, U.arrayBaseOffset(type), (long) Array.getLength(array) * U.arrayIndexScale(type));
        }
    }

    private void field(Object holder, long offset, char kind) throws IOException, ReflectiveOperationException {
        switch (kind) {
            case 'L' -> U.putReference(holder, offset, reference());
            case 'I', 'F' -> U.putInt(holder, offset, in.u4());
            case 'J', 'D' -> U.putLong(holder, offset, in.u8());
            case 'S', 'C' -> U.putShort(holder, offset, (short) in.u2());
            case 'B', 'Z' -> U.putByte(holder, offset, (byte) in.u1());
            default -> {
                // stays null
            }
        }
    }
}
