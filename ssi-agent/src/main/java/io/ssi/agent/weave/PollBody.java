package io.ssi.agent.weave;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** The hook class with a poll that does something; as it is in the jar, its body is empty. */
public final class PollBody extends ClassVisitor {
    private static final String POLL = "poll";
    private static final String CHECK = "check";
    private static final String NO_ARGUMENTS = "()V";

    private PollBody(ClassWriter writer) {
        super(Opcodes.ASM9, writer);
    }

    /** The same class, but poll() calls check(). */
    public static byte[] checking(byte[] hook) {
        ClassReader reader = new ClassReader(hook);
        ClassWriter writer = new ClassWriter(reader, 0);
        reader.accept(new PollBody(writer), 0);
        return writer.toByteArray();
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
        MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
        return name.equals(POLL) ? new Checking(next) : next;
    }

    private static final class Checking extends MethodVisitor {
        Checking(MethodVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visitInsn(int opcode) {
            super.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/SsiHook", CHECK, NO_ARGUMENTS, false);
            super.visitInsn(opcode);
        }
    }
}
