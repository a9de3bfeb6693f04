package io.ssi.migrate.client;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;
import org.objectweb.asm.tree.analysis.Interpreter;
import org.objectweb.asm.tree.analysis.SimpleVerifier;

/**
 * Types of locals and operand stack at an instruction, as the verifier sees them, with objects that {@code new} has made and
 * no constructor has initialised yet told apart: such an object has no other reference and is made again by the copy. Told apart are
 * also values that are for sure the object of a monitor that the method has entered.
 */
final class FrameTypes {
    /** The value of a {@code new} before its constructor ran. */
    static final class Uninitialised extends BasicValue {
        final AbstractInsnNode made;

        Uninitialised(AbstractInsnNode made) {
            super(Type.getObjectType(((TypeInsnNode) made).desc));
            this.made = made;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Uninitialised that && that.made == made;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(made);
        }
    }

    /** A reference; held is the monitorenter whose object it is, null if it is not known to be one's. */
    static final class Reference extends BasicValue {
        final AbstractInsnNode held;

        Reference(Type type, AbstractInsnNode held) {
            super(type);
            this.held = held;
        }

        @Override
        public boolean equals(Object other) {
            return super.equals(other) && heldBy(other) == held;
        }

        @Override
        public int hashCode() {
            return super.hashCode();
        }
    }

    /** The monitorenter whose object this is, or null. */
    static AbstractInsnNode heldBy(Object value) {
        return value instanceof Reference reference ? reference.held : null;
    }

    /** The monitorenter instructions whose monitors are held before an instruction, outermost first; null if that is not known, or nothing is ever held. */
    static List<AbstractInsnNode> held(Frame<BasicValue> frame) {
        return ((ConstructingFrame) frame).held;
    }

    /** The object whose constructor this instruction calls; null if it calls none. */
    static BasicValue constructed(AbstractInsnNode insn, Frame<BasicValue> before) {
        return insn instanceof MethodInsnNode call && call.getOpcode() == Opcodes.INVOKESPECIAL && call.name.equals("<init>")
                ? before.getStack(before.getStackSize() - 1 - Type.getArgumentCount(call.desc)) : null;
    }

    /** Values that a call takes from the operand stack. */
    static int argumentCount(AbstractInsnNode call) {
        return call instanceof MethodInsnNode method
                ? Type.getArgumentCount(method.desc) + (method.getOpcode() == Opcodes.INVOKESTATIC ? 0 : 1)
                : Type.getArgumentCount(((InvokeDynamicInsnNode) call).desc);
    }

    static Type result(AbstractInsnNode call) {
        return Type.getReturnType(call instanceof MethodInsnNode method ? method.desc : ((InvokeDynamicInsnNode) call).desc);
    }

    private FrameTypes() {}

    static Frame<BasicValue>[] of(String owner, String superName, boolean isInterface, MethodNode method, ClassLoader loader)
            throws AnalyzerException {
        SimpleVerifier verifier = new Verifier(owner, superName, isInterface);
        verifier.setClassLoader(loader);
        boolean hasBlocks = false;
        for (AbstractInsnNode insn : method.instructions) {
            hasBlocks |= insn.getOpcode() == Opcodes.MONITORENTER;
        }
        List<AbstractInsnNode> none = hasBlocks ? List.of() : null;
        return new Analyzer<BasicValue>(verifier) {
            @Override
            protected Frame<BasicValue> newFrame(int locals, int stack) {
                return new ConstructingFrame(locals, stack, none);
            }

            @Override
            protected Frame<BasicValue> newFrame(Frame<? extends BasicValue> frame) {
                return new ConstructingFrame(frame);
            }

            /**
             * Nothing gets past a handler of everything, for example out of a synchronized block with the monitor held. What enters or leaves
             * one would bring a handler the states before and after it.
             */
            @Override
            protected boolean newControlFlowExceptionEdge(int at, TryCatchBlockNode block) {
                int opcode = method.instructions.get(at).getOpcode();
                if (opcode < 0 || opcode == Opcodes.MONITORENTER || opcode == Opcodes.MONITOREXIT) {
                    return false;
                }
                for (TryCatchBlockNode earlier : method.tryCatchBlocks) {
                    if (earlier == block) {
                        break;
                    }
                    if (earlier.type == null && method.instructions.indexOf(earlier.start) <= at && at < method.instructions.indexOf(earlier.end)) {
                        return false;
                    }
                }
                return true;
            }
        }.analyze(owner, method);
    }

    private static final class Verifier extends SimpleVerifier {
        Verifier(String owner, String superName, boolean isInterface) {
            super(Opcodes.ASM9, Type.getObjectType(owner), Type.getObjectType(superName == null ? "java/lang/Object" : superName),
                    List.of(), isInterface);
        }

        @Override
        public BasicValue newOperation(AbstractInsnNode insn) throws AnalyzerException {
            return insn.getOpcode() == Opcodes.NEW ? new Uninitialised(insn) : super.newOperation(insn);
        }

        @Override
        public BasicValue copyOperation(AbstractInsnNode insn, BasicValue value) throws AnalyzerException {
            return value instanceof Uninitialised ? value : super.copyOperation(insn, value);
        }

        @Override
        public BasicValue newValue(Type type) {
            BasicValue value = super.newValue(type);
            return value != null && value.isReference() ? new Reference(value.getType(), null) : value;
        }

        @Override
        public BasicValue merge(BasicValue one, BasicValue other) {
            if (one instanceof Uninitialised || other instanceof Uninitialised) {
                return one.equals(other) ? one : BasicValue.UNINITIALIZED_VALUE;
            }
            if (one.equals(other)) {
                return one;
            }
            BasicValue merged = super.merge(free(one), free(other));
            // Not the other's: where that also is here, the two are one value on its path only.
            return merged instanceof Reference reference ? new Reference(reference.getType(), null) : merged;
        }

        private static BasicValue free(BasicValue value) {
            return heldBy(value) == null ? value : new Reference(value.getType(), null);
        }
    }

    private static final class ConstructingFrame extends Frame<BasicValue> {
        /** Set by {@link #init}, which the constructor of the superclass calls. */
        List<AbstractInsnNode> held;

        ConstructingFrame(int locals, int stack, List<AbstractInsnNode> held) {
            super(locals, stack);
            this.held = held;
        }

        ConstructingFrame(Frame<? extends BasicValue> frame) {
            super(frame);
        }

        @Override
        public Frame<BasicValue> init(Frame<? extends BasicValue> frame) {
            held = ((ConstructingFrame) frame).held;
            return super.init(frame);
        }

        @Override
        public boolean merge(Frame<? extends BasicValue> frame, Interpreter<BasicValue> interpreter) throws AnalyzerException {
            boolean changed = super.merge(frame, interpreter);
            if (held != null && !held.equals(((ConstructingFrame) frame).held)) {
                held = null;
                changed = true;
            }
            return held != null && tellApart(frame) || changed;
        }

        /** Places with one value here that have several there have several from here on. */
        private boolean tellApart(Frame<? extends BasicValue> other) {
            boolean changed = false;
            int size = getLocals() + getStackSize();
            for (int i = 0; i < size; i++) {
                if (value(this, i) instanceof Reference reference) {
                    Reference another = new Reference(reference.getType(), reference.held);
                    for (int k = i + 1; k < size; k++) {
                        if (value(this, k) == reference && value(other, i) != value(other, k)) {
                            put(k, another); // told apart from those like it, if they have to be, when it is its turn
                            changed = true;
                        }
                    }
                }
            }
            return changed;
        }

        private static BasicValue value(Frame<? extends BasicValue> frame, int place) {
            return place < frame.getLocals() ? frame.getLocal(place) : frame.getStack(place - frame.getLocals());
        }

        private void put(int place, BasicValue value) {
            if (place < getLocals()) {
                setLocal(place, value);
            } else {
                setStack(place - getLocals(), value);
            }
        }

        @Override
        public void execute(AbstractInsnNode insn, Interpreter<BasicValue> interpreter) throws AnalyzerException {
            int opcode = insn.getOpcode();
            BasicValue constructed = constructed(insn, this);
            BasicValue monitor = opcode == Opcodes.MONITORENTER || opcode == Opcodes.MONITOREXIT ? getStack(getStackSize() - 1) : null;
            super.execute(insn, interpreter);
            if (constructed instanceof Uninitialised) {
                BasicValue made = constructed;
                BasicValue done = interpreter.newValue(made.getType());
                replace(value -> value.equals(made) ? done : value);
            } else if (opcode == Opcodes.MONITORENTER) {
                entered(insn, monitor);
            } else if (opcode == Opcodes.MONITOREXIT) {
                exited(monitor);
            }
        }

        private void entered(AbstractInsnNode insn, BasicValue monitor) {
            if (held != null) {
                List<AbstractInsnNode> more = new ArrayList<>(held);
                more.add(insn);
                held = heldBy(monitor) == null && !held.contains(insn) ? List.copyOf(more) : null;
            }
            replace(value -> value == monitor && value instanceof Reference ? new Reference(value.getType(), insn) : value);
        }

        private void exited(BasicValue monitor) {
            AbstractInsnNode by = heldBy(monitor);
            if (held != null) {
                held = by != null && !held.isEmpty() && held.getLast() == by ? held.subList(0, held.size() - 1) : null;
            }
            replace(value -> by != null && heldBy(value) == by ? new Reference(value.getType(), null) : value);
        }

        private void replace(UnaryOperator<BasicValue> change) {
            for (int i = 0; i < getLocals() + getStackSize(); i++) {
                put(i, change.apply(value(this, i)));
            }
        }
    }
}
