package io.ssi.migrate.client;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * Makes, for a frame, a private static method of its class: a copy of the frame's method that first enters its monitors, loads
 * locals and operand stack from a {@link SsiResume}, calls the frame above through it, and goes on behind
 * the call. Slot 0 of the copy is the SsiResume, null from there on; the original's locals follow. Results are boxed. All
 * copies are made first, then {@link #define} puts them into their classes at once.
 *
 * <p>HotSpot lets a loaded class get private static methods while a switch of it is on (AllowRedefinitionToAddDeleteMethods),
 * which is so for that moment. In the class itself a copy may do what the original may, and reads like it in stack traces.
 */
final class FrameCopier implements Opcodes {
    private static final String RESUME = "java/lang/SsiResume";
    private static final String INTRINSIC = "Ljdk/internal/vm/annotation/IntrinsicCandidate;";

    /** What a copy depends on. */
    private record Place(Class<?> type, String method, String descriptor, int call, int monitors, boolean asFactory) {}

    private final Jdk jdk;
    private final AgentPort port;
    private final FrameCopies copies;
    private final MethodAdding adding;
    private final Map<Place, String> names = new HashMap<>();
    private final Map<Class<?>, List<Work>> made = new LinkedHashMap<>();
    private final Map<Place, MethodHandle> entries = new HashMap<>();

    FrameCopier(Jdk jdk, AgentPort port, FrameCopies copies, MethodAdding adding) {
        this.jdk = jdk;
        this.port = port;
        this.copies = copies;
        this.adding = adding;
    }

    private static Place place(FrameState state) {
        return new Place(state.type(), state.method(), state.descriptor(), state.call(), state.values().monitors().length,
                state.asFactory());
    }

    /** Makes the copy for this frame, if there is none yet. */
    void make(FrameState state) throws ReflectiveOperationException {
        Place place = place(state);
        if (names.containsKey(place)) {
            return;
        }
        Class<?> type = state.type();
        byte[] bytes = port.wovenBytes(type);
        if (bytes == null) {
            throw new ClassNotFoundException("no class file of " + type.getName());
        }
        ClassNode source = new ClassNode();
        new ClassReader(bytes).accept(source, ClassReader.SKIP_FRAMES);
        MethodNode node = find(source, state.method(), state.descriptor());
        String name = (state.method().equals("<init>") ? "" : state.method()) + SsiTraces.MARK + names.size();
        Work work = new Work(name, type, source, node, place.monitors(), place.asFactory());
        try {
            work.rewrite(state.call());
        } catch (org.objectweb.asm.tree.analysis.AnalyzerException | RuntimeException | LinkageError e) {
            throw failed(place, e);
        }
        names.put(place, name);
        made.computeIfAbsent(type, t -> new ArrayList<>()).add(work);
    }

    private static ReflectiveOperationException failed(Place place, Throwable e) {
        return new ReflectiveOperationException("frame " + place.type().getName() + "." + place.method() + place.descriptor()
                + " at call " + place.call() + " cannot be entered again: " + e, e);
    }

    /** Puts all copies into their classes, for frames that will be entered. */
    void define() throws ReflectiveOperationException {
        add();
        SsiResume.copied(copies.descriptors(), jdk.virtual(Object.class, "wait0", void.class, long.class));
        MethodType entry = MethodType.methodType(Object.class, SsiResume.class);
        for (Map.Entry<Place, String> each : names.entrySet()) {
            entries.put(each.getKey(), jdk.trusted().findStatic(each.getKey().type(), each.getValue(), entry));
        }
    }

    /** Makes and adds a copy that nobody enters: what comes after has all code loaded that it takes. */
    void rehearse(FrameState state) throws ReflectiveOperationException {
        make(state);
        try {
            add();
        } finally {
            port.instrumentation().removeTransformer(copies);
        }
    }

    private void add() throws ReflectiveOperationException {
        for (Map.Entry<Class<?>, List<Work>> entry : made.entrySet()) {
            Class<?> type = entry.getKey();
            Map<String, FrameCopies.Copy> byName = new HashMap<>();
            for (Work work : entry.getValue()) {
                byName.put(work.name, new FrameCopies.Copy(work.method.name, work.method.desc, work.asFactory, work.callsInOrder()));
            }
            copies.add(type, byName, file(type));
        }
        List<Class<?>> again = Profiles.shared(port.instrumentation());
        again.removeAll(made.keySet());
        again.addAll(made.keySet());
        port.instrumentation().addTransformer(copies, true);
        adding.allow(made.keySet());
        try {
            port.instrumentation().retransformClasses(again.toArray(Class<?>[]::new));
        } catch (java.lang.instrument.UnmodifiableClassException | LinkageError | InternalError e) {
            throw new ReflectiveOperationException("frames of " + made.keySet() + " cannot be entered again: " + e, e);
        } finally {
            adding.forbid();
        }
        if (copies.failure() != null) {
            throw new ReflectiveOperationException("frames of " + made.keySet() + " cannot be entered again", copies.failure());
        }
    }

    /** After {@link #define}. */
    MethodHandle entry(FrameState state) {
        return entries.get(place(state));
    }

    /** A class file of the same name with nothing but the copies, whose frames are computed here. */
    byte[] file(Class<?> type) {
        List<Work> works = made.get(type);
        ClassNode source = works.get(0).source;
        ClassNode copy = new ClassNode();
        copy.version = source.version;
        copy.access = source.access;
        copy.name = source.name;
        copy.superName = source.superName;
        copy.interfaces = source.interfaces;
        for (Work work : works) {
            copy.methods.add(work.asMethod());
        }
        boolean hasFrames = (source.version & 0xFFFF) >= V1_6;
        ClassWriter writer = new HierarchyWriter(hasFrames ? ClassWriter.COMPUTE_FRAMES : ClassWriter.COMPUTE_MAXS, type.getClassLoader());
        copy.accept(writer);
        return writer.toByteArray();
    }

    private static MethodNode find(ClassNode source, String method, String descriptor) throws NoSuchMethodException {
        return source.methods.stream().filter(node -> node.name.equals(method) && node.desc.equals(descriptor)).findAny()
                .orElseThrow(() -> new NoSuchMethodException(source.name + "." + method + descriptor));
    }

    private static final class Work {
        final String name;
        final Class<?> type;
        final ClassNode source;
        final MethodNode method;
        final int monitors;
        final boolean asFactory;
        final boolean isSynchronized;
        final Type result;
        /** The original's calls, by instruction; filled before anything is changed. */
        final Map<AbstractInsnNode, Integer> calls = new HashMap<>();
        AbstractInsnNode stoppedIn;
        /** The first of the locals with the objects of the monitors. */
        int firstMonitor;
        /** Where the monitors of synchronized blocks were entered; empty if not known. */
        List<AbstractInsnNode> blocks = List.of();
        Levels levels;

        Work(String name, Class<?> type, ClassNode source, MethodNode method, int monitors, boolean asFactory) {
            this.name = name;
            this.type = type;
            this.source = source;
            this.method = method;
            this.monitors = monitors;
            this.asFactory = asFactory;
            this.isSynchronized = (method.access & ACC_SYNCHRONIZED) != 0;
            this.result = Type.getReturnType(method.desc);
        }

        void rewrite(int call) throws org.objectweb.asm.tree.analysis.AnalyzerException, ReflectiveOperationException {
            Lines.keep(method.instructions);
            numberCalls(call);
            ClassLoader loader = type.getClassLoader() == null ? ClassLoader.getPlatformClassLoader() : type.getClassLoader();
            Frame<BasicValue>[] frames = FrameTypes.of(source.name, source.superName, (source.access & ACC_INTERFACE) != 0, method, loader);
            Frame<BasicValue> state = frames[method.instructions.indexOf(stoppedIn)];
            List<AbstractInsnNode> entered = FrameTypes.held(state);
            if (entered != null && entered.size() == (isSynchronized ? monitors - 1 : monitors)) {
                blocks = entered;
            }
            List<AbstractInsnNode> made = madeBefore(state);
            if (!Levels.fit(method, blocks.size() + made.size())) {
                blocks = List.of();
                made = List.of();
            }
            levels = new Levels(method, frames, blocks.size(), made);
            shiftLocals();
            firstMonitor = method.maxLocals;
            method.maxLocals += monitors;
            adaptInstructions();
            levels.copy(calls);
            stoppedIn = levels.onHighest(stoppedIn);
            insertPrologue(state);
            DeadCode.remove(method);
            if (isSynchronized) {
                releaseAtEveryExit();
            }
            method.localVariables = null;
        }

        private void numberCalls(int call) {
            int n = 0;
            for (AbstractInsnNode insn : method.instructions) {
                if (Positions.isCounted(insn)) {
                    if (n == call) {
                        stoppedIn = insn;
                    }
                    calls.put(insn, n++);
                }
            }
            if (stoppedIn == null) {
                throw new IllegalArgumentException("the method has only " + n + " calls");
            }
        }

        private void shiftLocals() {
            for (AbstractInsnNode insn : method.instructions) {
                if (insn instanceof VarInsnNode v) {
                    v.var += FrameCopies.SHIFT;
                } else if (insn instanceof IincInsnNode v) {
                    v.var += FrameCopies.SHIFT;
                }
            }
            method.maxLocals += FrameCopies.SHIFT;
        }

        private List<TryCatchBlockNode> handlersOf(AbstractInsnNode insn) {
            int at = method.instructions.indexOf(insn);
            List<TryCatchBlockNode> covering = new ArrayList<>();
            for (TryCatchBlockNode block : method.tryCatchBlocks) {
                if (method.instructions.indexOf(block.start) <= at && at < method.instructions.indexOf(block.end)) {
                    covering.add(block);
                }
            }
            return covering;
        }

        private void adaptInstructions() {
            for (AbstractInsnNode insn : method.instructions.toArray()) {
                int opcode = insn.getOpcode();
                if (opcode >= IRETURN && opcode <= RETURN) {
                    method.instructions.insertBefore(insn, boxed());
                    method.instructions.set(insn, new InsnNode(ARETURN));
                } else if (opcode == PUTFIELD) {
                    adaptFinalWrite((FieldInsnNode) insn);
                }
            }
        }

        private InsnList boxed() {
            InsnList list = new InsnList();
            if (asFactory) {
                list.add(new VarInsnNode(ALOAD, FrameCopies.SHIFT));
            } else if (result == Type.VOID_TYPE) {
                list.add(new InsnNode(ACONST_NULL));
            } else {
                Values.box(list, result);
            }
            return list;
        }

        /** A final field may be written only in a constructor, which the copy is not. */
        private void adaptFinalWrite(FieldInsnNode write) {
            if (!write.owner.equals(source.name) || !method.name.equals("<init>")) {
                return;
            }
            for (var field : source.fields) {
                if (field.name.equals(write.name) && field.desc.equals(write.desc) && (field.access & ACC_FINAL) != 0) {
                    long offset = Jdk.U.objectFieldOffset(type, write.name);
                    Type value = Type.getType(write.desc);
                    String erased = value.getSort() >= Type.ARRAY ? "Ljava/lang/Object;" : write.desc;
                    method.instructions.insertBefore(write, new LdcInsnNode(offset));
                    method.instructions.set(write, new MethodInsnNode(INVOKESTATIC, RESUME, "putFinal",
                            "(Ljava/lang/Object;" + erased + "J)V", false));
                }
            }
        }

        /** Where the objects on the operand stack were made that have no constructor yet, and will get one. */
        private List<AbstractInsnNode> madeBefore(Frame<BasicValue> state) {
            int arguments = FrameTypes.argumentCount(stoppedIn);
            BasicValue built = beingBuilt(state, arguments);
            List<AbstractInsnNode> made = new ArrayList<>();
            for (int i = 0; i < state.getStackSize() - arguments; i++) {
                if (existing(state.getStack(i), built) instanceof FrameTypes.Uninitialised object && !made.contains(object.made)) {
                    made.add(object.made);
                }
            }
            return made;
        }

        private boolean isLoadedMonitor(BasicValue value) {
            AbstractInsnNode by = FrameTypes.heldBy(value);
            return by != null && blocks.contains(by);
        }

        /** Which of the blocks a monitor is of; negative for that of the method, or if the blocks are not known. */
        private int blockOf(int monitor) {
            return blocks.isEmpty() ? -1 : monitor - (monitors - blocks.size());
        }

        private void insertPrologue(Frame<BasicValue> state) {
            List<TryCatchBlockNode> covering = handlersOf(stoppedIn);
            LabelNode behind = new LabelNode();
            method.instructions.insert(stoppedIn, behind);
            InsnList list = new InsnList();
            Map<AbstractInsnNode, Integer> uninitialised = new HashMap<>();
            for (int i = 0; i < monitors; i++) {
                loadMonitor(list, i, state);
            }
            int arguments = FrameTypes.argumentCount(stoppedIn);
            BasicValue built = beingBuilt(state, arguments);
            for (int i = 0; i < state.getLocals(); i++) {
                BasicValue value = existing(state.getLocal(i), built);
                if (value != null && !isLoadedMonitor(value) && value.getType() != null && value != BasicValue.UNINITIALIZED_VALUE
                        && value.getType() != Type.VOID_TYPE) {
                    load(list, value, false, i, uninitialised);
                    list.add(new VarInsnNode(value.getType().getOpcode(ISTORE), i + FrameCopies.SHIFT));
                }
            }
            int slot = 0;
            for (int i = 0; i < state.getStackSize() - arguments; i++) {
                load(list, existing(state.getStack(i), built), true, slot, uninitialised);
                slot += state.getStack(i).getSize();
            }
            LabelNode start = new LabelNode();
            LabelNode end = new LabelNode();
            Values.resume(list);
            list.add(new InsnNode(ACONST_NULL)); // what it holds is the frame's own by then, to keep or to let go
            list.add(new VarInsnNode(ASTORE, 0));
            for (int i = 0; i < monitors; i++) {
                enterMonitor(list, i);
            }
            list.add(start);
            line(list, start);
            MethodInsnNode next = new MethodInsnNode(INVOKEVIRTUAL, RESUME, "next", "()Ljava/lang/Object;", false);
            calls.put(next, calls.get(stoppedIn));
            list.add(next);
            Values.unbox(list, FrameTypes.result(stoppedIn));
            list.add(end);
            list.add(new JumpInsnNode(GOTO, behind));
            method.instructions.insert(list);
            for (TryCatchBlockNode block : covering) {
                method.tryCatchBlocks.add(new TryCatchBlockNode(start, end, block.handler, block.type));
            }
        }

        /** The locals that held the monitor's object have the value that is entered: HotSpot wants to see that they do. */
        private void loadMonitor(InsnList list, int monitor, Frame<BasicValue> state) {
            Values.resume(list);
            Values.constant(list, monitor);
            list.add(new MethodInsnNode(INVOKEVIRTUAL, RESUME, "monitor", "(I)Ljava/lang/Object;", false));
            int block = blockOf(monitor);
            for (int i = 0; block >= 0 && i < state.getLocals(); i++) {
                if (FrameTypes.heldBy(state.getLocal(i)) == blocks.get(block)) {
                    list.add(new InsnNode(DUP));
                    Values.cast(list, state.getLocal(i).getType());
                    list.add(new VarInsnNode(ASTORE, i + FrameCopies.SHIFT));
                }
            }
            list.add(new VarInsnNode(ASTORE, firstMonitor + monitor));
        }

        /** An exception here, which there is none of, would be handled as where the block began. */
        private void enterMonitor(InsnList list, int monitor) {
            LabelNode start = new LabelNode();
            LabelNode end = new LabelNode();
            list.add(start);
            list.add(new VarInsnNode(ALOAD, firstMonitor + monitor));
            list.add(new InsnNode(MONITORENTER));
            list.add(end);
            int block = blockOf(monitor);
            if (block > 0) {
                for (TryCatchBlockNode handler : handlersOf(levels.on(block, blocks.get(block)))) {
                    method.tryCatchBlocks.add(new TryCatchBlockNode(start, end, handler.handler, handler.type));
                }
            }
        }

        /** The call stopped in stands in this line. */
        private void line(InsnList list, LabelNode start) {
            for (AbstractInsnNode insn = stoppedIn; insn != null; insn = insn.getPrevious()) {
                if (insn instanceof LineNumberNode number) {
                    list.add(new LineNumberNode(number.line, start));
                    return;
                }
            }
        }

        private void load(InsnList list, BasicValue value, boolean onStack, int slot, Map<AbstractInsnNode, Integer> uninitialised) {
            if (value instanceof FrameTypes.Uninitialised fresh) {
                Integer temporary = uninitialised.get(fresh.made);
                if (temporary == null) {
                    temporary = method.maxLocals++;
                    uninitialised.put(fresh.made, temporary);
                    list.add(new TypeInsnNode(NEW, fresh.getType().getInternalName()));
                    list.add(new VarInsnNode(ASTORE, temporary));
                }
                list.add(new VarInsnNode(ALOAD, temporary));
            } else {
                Values.load(list, value.getType(), onStack, slot);
            }
        }

        /** The object whose constructor is the call stopped in: that one exists, the constructor's frame has it. */
        private BasicValue beingBuilt(Frame<BasicValue> state, int arguments) {
            return stoppedIn instanceof MethodInsnNode m && m.name.equals("<init>")
                    ? state.getStack(state.getStackSize() - arguments) : null;
        }

        private static BasicValue existing(BasicValue value, BasicValue built) {
            return built != null && value instanceof FrameTypes.Uninitialised && value.equals(built)
                    ? new BasicValue(built.getType()) : value;
        }

        /** The original's monitor was given free by the JVM on return and throw. */
        private void releaseAtEveryExit() {
            LabelNode start = new LabelNode();
            LabelNode end = new LabelNode();
            for (AbstractInsnNode insn : method.instructions.toArray()) {
                if (insn.getOpcode() == ARETURN) {
                    method.instructions.insertBefore(insn, release());
                }
            }
            AbstractInsnNode entered = method.instructions.getFirst();
            while (entered.getOpcode() != MONITORENTER) {
                entered = entered.getNext();
            }
            method.instructions.insert(entered, start);
            method.instructions.add(end);
            LabelNode handler = new LabelNode();
            method.instructions.add(handler);
            method.instructions.add(release());
            method.instructions.add(new InsnNode(ATHROW));
            method.tryCatchBlocks.add(new TryCatchBlockNode(start, end, handler, null));
        }

        private InsnList release() {
            InsnList list = new InsnList();
            list.add(new VarInsnNode(ALOAD, firstMonitor));
            list.add(new InsnNode(MONITOREXIT));
            return list;
        }

        MethodNode asMethod() {
            MethodNode copy = new MethodNode(ACC_PRIVATE | ACC_STATIC | ACC_SYNTHETIC, name, FrameCopies.DESCRIPTOR, null, new String[0]);
            copy.instructions = method.instructions;
            copy.tryCatchBlocks = method.tryCatchBlocks;
            copy.maxLocals = method.maxLocals;
            copy.maxStack = method.maxStack + 4;
            copy.visibleAnnotations = method.visibleAnnotations == null ? null
                    : method.visibleAnnotations.stream().filter(a -> !a.desc.equals(INTRINSIC)).toList();
            return copy;
        }

        /** For each call of the copy, in order, the original's. */
        int[] callsInOrder() {
            List<Integer> order = new ArrayList<>();
            for (AbstractInsnNode insn : method.instructions) {
                if (Positions.isCounted(insn)) {
                    order.add(calls.getOrDefault(insn, -1));
                }
            }
            return order.stream().mapToInt(Integer::intValue).toArray();
        }
    }
}
