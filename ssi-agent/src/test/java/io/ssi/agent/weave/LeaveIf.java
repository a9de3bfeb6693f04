package io.ssi.agent.weave;

import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** {@code if (hook(this)) return;} at the entry of a void instance method, as ASM puts it in, for comparison. */
final class LeaveIf extends MethodVisitor {
    private final String owner;
    private final String hook;
    private final String descriptor;
    private final boolean frames;

    LeaveIf(MethodVisitor next, String owner, String hook, String descriptor, boolean frames) {
        super(Opcodes.ASM9, next);
        this.owner = owner;
        this.hook = hook;
        this.descriptor = descriptor;
        this.frames = frames;
    }

    @Override
    public void visitCode() {
        super.visitCode();
        Label stay = new Label();
        super.visitVarInsn(Opcodes.ALOAD, 0);
        super.visitMethodInsn(Opcodes.INVOKESTATIC, owner, hook, descriptor, false);
        super.visitJumpInsn(Opcodes.IFEQ, stay);
        super.visitInsn(Opcodes.RETURN);
        super.visitLabel(stay);
        if (frames) {
            super.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
        }
        // The body may begin with a frame of its own, and two cannot be at one place.
        super.visitInsn(Opcodes.NOP);
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
        super.visitMaxs(Math.max(maxStack, 1), maxLocals);
    }
}
