package io.ssi.agent.weave;

import io.ssi.agent.rule.Rule;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * In Object.wait(long): reads the time before wait0 and hands it to the hook behind it. There are two calls of wait0; the one
 * inside the try block is for virtual threads and stays as it is.
 */
final class TimeWait extends MethodVisitor {
    /** Behind all locals of the method in every JDK 25; checked. */
    private static final int TIME_SLOT = 8;
    private static final int STACK_MIN = 5;
    /** Notes the monitor and answers the time. */
    private static final String BEFORE = "waiting";

    private final Rule rule;
    private Label tryStart;
    private Label tryEnd;
    private boolean inTry;
    private int timed;

    TimeWait(MethodVisitor next, Rule rule) {
        super(Opcodes.ASM9, next);
        this.rule = rule;
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
        tryStart = start;
        tryEnd = end;
        super.visitTryCatchBlock(start, end, handler, type);
    }

    @Override
    public void visitLabel(Label label) {
        if (label == tryStart) {
            inTry = true;
        } else if (label == tryEnd) {
            inTry = false;
        }
        super.visitLabel(label);
    }

    @Override
    public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
        if (inTry || !name.equals("wait0")) {
            super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            return;
        }
        super.visitVarInsn(Opcodes.ALOAD, 0);
        super.visitMethodInsn(Opcodes.INVOKESTATIC, rule.hookOwner(), BEFORE, "(Ljava/lang/Object;)J", false);
        super.visitVarInsn(Opcodes.LSTORE, TIME_SLOT);
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
        super.visitVarInsn(Opcodes.ALOAD, 0);
        super.visitVarInsn(Opcodes.LLOAD, 1);
        super.visitVarInsn(Opcodes.LLOAD, TIME_SLOT);
        super.visitMethodInsn(Opcodes.INVOKESTATIC, rule.hookOwner(), rule.hook(), rule.hookDescriptor(), false);
        timed++;
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
        if (timed != 1 || maxLocals > TIME_SLOT) {
            throw new IllegalStateException("Object.wait(long) of this JDK is not as expected: " + timed + " calls of wait0 to time, "
                    + maxLocals + " locals");
        }
        super.visitMaxs(Math.max(maxStack, STACK_MIN), TIME_SLOT + 2);
    }
}
