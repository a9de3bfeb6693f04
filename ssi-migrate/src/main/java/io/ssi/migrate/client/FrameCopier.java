package io.ssi.migrate.client;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup.ClassOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * Makes, for a frame, a hidden nestmate of its class with one method: a copy of the frame's method that first enters its
 * monitors, loads locals and operand stack from a {@link SsiResume}, calls the frame above through it, and goes on behind
 * the call. Slots 0 and 1 of the copy are the entry object and the SsiResume; the original's locals follow. Results are
 * boxed. What a nestmate may not do like the class itself (super calls, writes to final fields) goes through method handles
 * in the class data or through offsets.
 */
final class FrameCopier implements Opcodes {
    private static final String RESUME = "java/lang/SsiResume";
    private static final String ENTRY = "java/lang/SsiResume$Entry";
    private static final String ENTER_DESCRIPTOR = "(Ljava/lang/SsiResume;)Ljava/lang/Object;";
    private static final int VERSION = V17;

    private final Jdk jdk;
    private final AgentPort port;
    private final FrameCopies copies;
    private int made;

    FrameCopier(Jdk jdk, AgentPort port, FrameCopies copies) {
        this.jdk = jdk;
        this.port = port;
        this.copies = copies;
    }

    /** An entry for this method at its n-th call. */
    SsiResume.Entry make(Class<?> type, String method, String descriptor, int call, int monitors, boolean viaConstructorReference)
            throws ReflectiveOperationException {
        ClassNode source = new ClassNode();
        byte[] bytes = port.wovenBytes(type);
        if (bytes == null) {
            throw new ClassNotFoundException("no class file of " + type.getName());
        }
        new ClassReader(bytes).accept(source, ClassReader.SKIP_FRAMES);
        MethodNode node = find(source, method, descriptor);
        Work work = new Work(type, source, node, monitors, viaConstructorReference);
        try {
            work.rewrite(call);
            return work.define();
        } catch (org.objectweb.asm.tree.analysis.AnalyzerException | RuntimeException | LinkageError e) {
            throw new ReflectiveOperationException("frame " + type.getName() + "." + method + descriptor + " at call " + call
                    + " cannot be entered again: " + e, e);
        }
    }

    private static MethodNode find(ClassNode source, String method, String descriptor) throws NoSuchMethodException {
        for (MethodNode node : source.methods) {
            if (node.name.equals(method) && node.desc.equals(descriptor)) {
                return node;
            }
        }
        throw new NoSuchMethodException(source.name + "." + method + descriptor);
    }

    private final class Work {
        final Class<?> type;
        final ClassNode source;
        final MethodNode method;
        final int monitors;
        final boolean viaConstructorReference;
        final boolean isStatic;
        final boolean isSynchronized;
        final Type result;
        /** Values for the copy's class data: method handles for super calls. */
        final List<MethodHandle> data = new ArrayList<>();
        /** The original's calls, by instruction; filled before anything is changed. */
        final Map<AbstractInsnNode, Integer> calls = new HashMap<>();
        AbstractInsnNode stoppedIn;
        int synchronizedOn;
        int temporaries;

        Work(Class<?> type, ClassNode source, MethodNode method, int monitors, boolean viaConstructorReference) {
            this.type = type;
            this.source = source;
            this.method = method;
            this.monitors = monitors;
            this.viaConstructorReference = viaConstructorReference;
            this.isStatic = (method.access & ACC_STATIC) != 0;
            this.isSynchronized = (method.access & ACC_SYNCHRONIZED) != 0;
            this.result = Type.getReturnType(method.desc);
        }

        void rewrite(int call) throws org.objectweb.asm.tree.analysis.AnalyzerException, ReflectiveOperationException {
            numberCalls(call);
            ClassLoader loader = type.getClassLoader() == null ? ClassLoader.getPlatformClassLoader() : type.getClassLoader();
            Frame<BasicValue> state = FrameTypes.of(source.name, source.superName, (source.access & ACC_INTERFACE) != 0, method,
                    loader)[method.instructions.indexOf(stoppedIn)];
            shiftLocals();
            synchronizedOn = method.maxLocals;
            temporaries = method.maxLocals + 1;
            method.maxLocals += 1;
            List<TryCatchBlockNode> covering = handlersOf(stoppedIn);
            LabelNode behind = new LabelNode();
            method.instructions.insert(stoppedIn, behind);
            adaptInstructions();
            insertPrologue(state, behind, covering);
            DeadCode.remove(method);
            if (isSynchronized) {
                releaseAtEveryExit();
            }
            method.localVariables = null;
        }

        private void numberCalls(int call) {
            int n = 0;
            for (AbstractInsnNode insn : method.instructions) {
                boolean counted = insn instanceof InvokeDynamicInsnNode
                        || insn instanceof MethodInsnNode m && !Positions.isThreadEntry(m.owner, m.name);
                if (counted) {
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

        private void adaptInstructions() throws ReflectiveOperationException {
            for (AbstractInsnNode insn : method.instructions.toArray()) {
                int opcode = insn.getOpcode();
                if (opcode >= IRETURN && opcode <= RETURN) {
                    method.instructions.insertBefore(insn, boxed());
                    method.instructions.set(insn, new InsnNode(ARETURN));
                } else if (opcode == INVOKESPECIAL && !((MethodInsnNode) insn).name.equals("<init>")) {
                    adaptSpecial((MethodInsnNode) insn);
                } else if (opcode == PUTFIELD || opcode == PUTSTATIC) {
                    adaptFinalWrite((FieldInsnNode) insn);
                }
            }
        }

        private InsnList boxed() {
            InsnList list = new InsnList();
            if (viaConstructorReference) {
                list.add(new VarInsnNode(ALOAD, FrameCopies.SHIFT));
            } else if (result == Type.VOID_TYPE) {
                list.add(new InsnNode(ACONST_NULL));
            } else {
                Values.box(list, result);
            }
            return list;
        }

        /** A private method is called virtually, as nestmates may; a super method through a method handle. */
        private void adaptSpecial(MethodInsnNode call) throws ReflectiveOperationException {
            if (call.owner.equals(source.name) && declares(call.name, call.desc)) {
                call.setOpcode(call.itf ? INVOKEINTERFACE : INVOKEVIRTUAL);
                return;
            }
            Class<?> owner = Class.forName(call.owner.replace('/', '.'), false, type.getClassLoader());
            MethodHandle handle = MethodHandles.privateLookupIn(type, jdk.trusted()).findSpecial(owner, call.name,
                    java.lang.invoke.MethodType.fromMethodDescriptorString(call.desc, type.getClassLoader()), type);
            data.add(handle);
            String receiver = "L" + source.name + ";";
            InsnList list = new InsnList();
            Type[] arguments = Type.getArgumentTypes(call.desc);
            int[] slots = new int[arguments.length + 1];
            int slot = temporaries;
            slots[0] = slot++;
            for (int i = 0; i < arguments.length; i++) {
                slots[i + 1] = slot;
                slot += arguments[i].getSize();
            }
            method.maxLocals = Math.max(method.maxLocals, slot);
            for (int i = arguments.length - 1; i >= 0; i--) {
                list.add(new VarInsnNode(arguments[i].getOpcode(ISTORE), slots[i + 1]));
            }
            list.add(new VarInsnNode(ASTORE, slots[0]));
            list.add(new LdcInsnNode(new ConstantDynamic("_", "Ljava/lang/invoke/MethodHandle;", new Handle(H_INVOKESTATIC,
                    "java/lang/invoke/MethodHandles", "classDataAt",
                    "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/Class;I)Ljava/lang/Object;", false),
                    data.size() - 1)));
            list.add(new VarInsnNode(ALOAD, slots[0]));
            for (int i = 0; i < arguments.length; i++) {
                list.add(new VarInsnNode(arguments[i].getOpcode(ILOAD), slots[i + 1]));
            }
            method.instructions.insertBefore(call, list);
            MethodInsnNode invoke = new MethodInsnNode(INVOKEVIRTUAL, "java/lang/invoke/MethodHandle", "invokeExact",
                    "(" + receiver + call.desc.substring(1), false);
            calls.put(invoke, calls.get(call));
            method.instructions.set(call, invoke);
        }

        private boolean declares(String name, String descriptor) {
            for (MethodNode node : source.methods) {
                if (node.name.equals(name) && node.desc.equals(descriptor)) {
                    return true;
                }
            }
            return false;
        }

        /** A final field may be written only by its class's own initialiser, which the copy is not. */
        private void adaptFinalWrite(FieldInsnNode write) {
            if (!write.owner.equals(source.name) || !method.name.equals("<init>") || write.getOpcode() != PUTFIELD) {
                return;
            }
            for (var field : source.fields) {
                if (field.name.equals(write.name) && field.desc.equals(write.desc) && (field.access & ACC_FINAL) != 0) {
                    long offset = Jdk.U.objectFieldOffset(jdk.field(type, write.name));
                    Type value = Type.getType(write.desc);
                    String erased = value.getSort() >= Type.ARRAY ? "Ljava/lang/Object;" : write.desc;
                    method.instructions.insertBefore(write, new LdcInsnNode(offset));
                    method.instructions.set(write, new MethodInsnNode(INVOKESTATIC, RESUME, "putFinal",
                            "(Ljava/lang/Object;" + erased + "J)V", false));
                }
            }
        }

        private void insertPrologue(Frame<BasicValue> state, LabelNode behind, List<TryCatchBlockNode> covering) {
            InsnList list = new InsnList();
            Map<AbstractInsnNode, Integer> uninitialised = new HashMap<>();
            for (int i = 0; i < monitors; i++) {
                Values.resume(list);
                Values.constant(list, i);
                list.add(new MethodInsnNode(INVOKEVIRTUAL, RESUME, "monitor", "(I)Ljava/lang/Object;", false));
                if (isSynchronized && i == 0) {
                    list.add(new InsnNode(DUP));
                    list.add(new VarInsnNode(ASTORE, synchronizedOn));
                }
                list.add(new InsnNode(MONITORENTER));
            }
            int arguments = argumentCount();
            BasicValue built = beingBuilt(state, arguments);
            for (int i = 0; i < state.getLocals(); i++) {
                BasicValue value = existing(state.getLocal(i), built);
                if (value != null && value.getType() != null && value != BasicValue.UNINITIALIZED_VALUE
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
            list.add(start);
            Values.resume(list);
            MethodInsnNode next = new MethodInsnNode(INVOKEVIRTUAL, RESUME, "next", "()Ljava/lang/Object;", false);
            calls.put(next, calls.get(stoppedIn));
            list.add(next);
            Values.unbox(list, resultOf(stoppedIn));
            list.add(end);
            list.add(new JumpInsnNode(GOTO, behind));
            method.instructions.insert(list);
            for (TryCatchBlockNode block : covering) {
                method.tryCatchBlocks.add(new TryCatchBlockNode(start, end, block.handler, block.type));
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

        private int argumentCount() {
            if (stoppedIn instanceof InvokeDynamicInsnNode d) {
                return Type.getArgumentCount(d.desc);
            }
            MethodInsnNode m = (MethodInsnNode) stoppedIn;
            return Type.getArgumentCount(m.desc) + (m.getOpcode() == INVOKESTATIC ? 0 : 1);
        }

        private static Type resultOf(AbstractInsnNode call) {
            return Type.getReturnType(call instanceof InvokeDynamicInsnNode d ? d.desc : ((MethodInsnNode) call).desc);
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
            int seen = 0;
            for (AbstractInsnNode insn : method.instructions) {
                if (insn.getOpcode() == MONITORENTER && seen++ == monitors - 1) {
                    entered = insn;
                    break;
                }
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
            list.add(new VarInsnNode(ALOAD, synchronizedOn));
            list.add(new InsnNode(MONITOREXIT));
            return list;
        }

        SsiResume.Entry define() throws ReflectiveOperationException {
            ClassNode copy = new ClassNode();
            copy.version = Math.max(VERSION, source.version & 0xFFFF);
            copy.access = ACC_FINAL | ACC_SYNTHETIC;
            int slash = source.name.lastIndexOf('/');
            copy.name = source.name.substring(0, slash + 1) + "SsiCopy" + made++;
            copy.superName = "java/lang/Object";
            copy.interfaces.add(ENTRY);
            copy.sourceFile = source.sourceFile;
            Map<LabelNode, Integer> labels = labelled();
            copy.methods.add(asEntry());
            ClassWriter writer = new HierarchyWriter(type.getClassLoader());
            copy.accept(writer);
            byte[] bytes = writer.toByteArray();
            MethodHandles.Lookup defined = MethodHandles.privateLookupIn(type, jdk.trusted())
                    .defineHiddenClassWithClassData(bytes, List.copyOf(data), false, ClassOption.NESTMATE);
            Map<Integer, Integer> places = new HashMap<>();
            labels.forEach((label, call) -> places.put(label.getLabel().getOffset(), call));
            copies.add(defined.lookupClass(), new FrameCopies.Copy(type, method.name, method.desc, places));
            return (SsiResume.Entry) jdk.allocate(defined.lookupClass());
        }

        private MethodNode asEntry() {
            MethodNode entry = new MethodNode(ACC_PUBLIC, "enter", ENTER_DESCRIPTOR, null, new String[0]);
            entry.instructions = method.instructions;
            entry.tryCatchBlocks = method.tryCatchBlocks;
            entry.maxLocals = method.maxLocals;
            entry.maxStack = method.maxStack + 4;
            return entry;
        }

        /** A label in front of every call, which tells the call's place once the bytes are written; dead calls vanish there. */
        private Map<LabelNode, Integer> labelled() {
            Map<LabelNode, Integer> labels = new LinkedHashMap<>();
            for (AbstractInsnNode insn : method.instructions.toArray()) {
                Integer call = calls.get(insn);
                if (call != null) {
                    LabelNode label = new LabelNode();
                    method.instructions.insertBefore(insn, label);
                    labels.put(label, call);
                }
            }
            return labels;
        }
    }

    /** Finds common superclasses by the loaded classes, initialising none. */
    private static final class HierarchyWriter extends ClassWriter {
        private final ClassLoader loader;

        HierarchyWriter(ClassLoader loader) {
            super(COMPUTE_FRAMES);
            this.loader = loader;
        }

        @Override
        protected String getCommonSuperClass(String one, String other) {
            try {
                Class<?> a = Class.forName(one.replace('/', '.'), false, loader);
                Class<?> b = Class.forName(other.replace('/', '.'), false, loader);
                if (a.isAssignableFrom(b)) {
                    return one;
                }
                if (b.isAssignableFrom(a)) {
                    return other;
                }
                while (!a.isInterface() && !a.isAssignableFrom(b)) {
                    a = a.getSuperclass();
                }
                return a.isInterface() || b.isInterface() ? "java/lang/Object" : a.getName().replace('.', '/');
            } catch (ClassNotFoundException e) {
                throw new TypeNotPresentException(e.getMessage(), e);
            }
        }
    }
}
