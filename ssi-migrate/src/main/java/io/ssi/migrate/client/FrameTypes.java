package io.ssi.migrate.client;

import java.util.List;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;
import org.objectweb.asm.tree.analysis.Interpreter;
import org.objectweb.asm.tree.analysis.SimpleVerifier;

/**
 * Types of locals and operand stack at an instruction, as the verifier sees them, with objects that {@code new} has made and
 * no constructor has initialised yet told apart: such an object has no other reference and is made again by the copy.
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

    private FrameTypes() {}

    static Frame<BasicValue>[] of(String owner, String superName, boolean isInterface, MethodNode method, ClassLoader loader)
            throws AnalyzerException {
        SimpleVerifier verifier = new Verifier(owner, superName, isInterface);
        verifier.setClassLoader(loader);
        return new Analyzer<BasicValue>(verifier) {
            @Override
            protected Frame<BasicValue> newFrame(int locals, int stack) {
                return new ConstructingFrame(locals, stack);
            }

            @Override
            protected Frame<BasicValue> newFrame(Frame<? extends BasicValue> frame) {
                return new ConstructingFrame(frame);
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
        public BasicValue merge(BasicValue one, BasicValue other) {
            if (one instanceof Uninitialised || other instanceof Uninitialised) {
                return one.equals(other) ? one : BasicValue.UNINITIALIZED_VALUE;
            }
            return super.merge(one, other);
        }
    }

    private static final class ConstructingFrame extends Frame<BasicValue> {
        ConstructingFrame(int locals, int stack) {
            super(locals, stack);
        }

        ConstructingFrame(Frame<? extends BasicValue> frame) {
            super(frame);
        }

        @Override
        public void execute(AbstractInsnNode insn, Interpreter<BasicValue> interpreter) throws AnalyzerException {
            BasicValue constructed = null;
            if (insn.getOpcode() == Opcodes.INVOKESPECIAL && ((MethodInsnNode) insn).name.equals("<init>")) {
                constructed = getStack(getStackSize() - 1 - Type.getArgumentCount(((MethodInsnNode) insn).desc));
            }
            super.execute(insn, interpreter);
            if (constructed instanceof Uninitialised) {
                BasicValue done = interpreter.newValue(constructed.getType());
                for (int i = 0; i < getLocals(); i++) {
                    if (getLocal(i).equals(constructed)) {
                        setLocal(i, done);
                    }
                }
                for (int i = 0; i < getStackSize(); i++) {
                    if (getStack(i).equals(constructed)) {
                        setStack(i, done);
                    }
                }
            }
        }
    }
}
