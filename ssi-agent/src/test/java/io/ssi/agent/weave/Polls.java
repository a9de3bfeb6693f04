package io.ssi.agent.weave;

import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Polls as ASM puts them in, for comparison. Of one method: before each jump backwards, at its entry if it
 * calls itself, and as the first thing that a thread does with a monitor it has just entered.
 * The latter comes before the next instruction, not right behind monitorenter: the handler that gives the monitor free
 * covers the code from there on, and must cover the poll.
 */
final class Polls extends MethodVisitor {
    private final boolean atEntry;
    private boolean entered;

    Polls(MethodVisitor next, boolean atEntry) {
        super(Opcodes.ASM9, next);
        this.atEntry = atEntry;
    }

    @Override
    public void visitCode() {
        super.visitCode();
        if (atEntry) {
            poll();
        }
    }

    /** A label that was seen when a jump to it comes lies behind the jump. */
    @Override
    public void visitLabel(Label label) {
        // The writer leaves info to visitors: a mark instead of a set.
        label.info = this;
        super.visitLabel(label);
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
        pollIf(label.info == this);
        super.visitJumpInsn(opcode, label);
    }

    @Override
    public void visitTableSwitchInsn(int min, int max, Label otherwise, Label... labels) {
        pollIf(isBackward(otherwise, labels));
        super.visitTableSwitchInsn(min, max, otherwise, labels);
    }

    @Override
    public void visitLookupSwitchInsn(Label otherwise, int[] keys, Label[] labels) {
        pollIf(isBackward(otherwise, labels));
        super.visitLookupSwitchInsn(otherwise, keys, labels);
    }

    private boolean isBackward(Label otherwise, Label[] labels) {
        boolean backward = otherwise.info == this;
        for (int i = 0; i < labels.length && !backward; i++) {
            backward = labels[i].info == this;
        }
        return backward;
    }

    @Override
    public void visitInsn(int opcode) {
        pollIf(false);
        super.visitInsn(opcode);
        entered = opcode == Opcodes.MONITORENTER;
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
        pollIf(false);
        super.visitIntInsn(opcode, operand);
    }

    @Override
    public void visitVarInsn(int opcode, int variable) {
        pollIf(false);
        super.visitVarInsn(opcode, variable);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
        pollIf(false);
        super.visitTypeInsn(opcode, type);
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
        pollIf(false);
        super.visitFieldInsn(opcode, owner, name, descriptor);
    }

    @Override
    public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
        pollIf(false);
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
    }

    @Override
    public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
        pollIf(false);
        super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
    }

    @Override
    public void visitLdcInsn(Object value) {
        pollIf(false);
        super.visitLdcInsn(value);
    }

    @Override
    public void visitIincInsn(int variable, int increment) {
        pollIf(false);
        super.visitIincInsn(variable, increment);
    }

    @Override
    public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
        pollIf(false);
        super.visitMultiANewArrayInsn(descriptor, dimensions);
    }

    private void pollIf(boolean backward) {
        if (backward || entered) {
            poll();
        }
    }

    private void poll() {
        entered = false;
        super.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/SsiHook", "poll", "()V", false);
    }
}
