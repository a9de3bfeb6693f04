package io.ssi.agent.weave;

import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Polls before jumps backwards, the entry of run methods and, where asked for, an empty class initialiser. */
final class ApplicationWeave extends ClassVisitor {
    private static final int FRAMES_SINCE = 50;

    private final ClassScan scan;
    private final boolean run;
    private final boolean empty;
    private int index;

    ApplicationWeave(ClassWriter writer, ClassScan scan, boolean run, boolean empty) {
        super(Opcodes.ASM9, writer);
        this.scan = scan;
        this.run = run;
        this.empty = empty;
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
        boolean loops = scan.loops != null && scan.loops[index] && !scan.isLeftAlone(name, descriptor);
        index++;
        MethodVisitor writer = super.visitMethod(access, name, descriptor, signature, exceptions);
        if (empty && name.equals("<clinit>")) {
            writer.visitCode();
            writer.visitInsn(Opcodes.RETURN);
            writer.visitMaxs(0, 0);
            writer.visitEnd();
            return null;
        }
        MethodVisitor result = writer;
        if (run && (access & Opcodes.ACC_STATIC) == 0 && name.equals("run") && descriptor.equals("()V")) {
            result = new LeaveIf(result, "java/lang/SsiResume", "entering", "(Ljava/lang/Object;)Z", scan.version >= FRAMES_SINCE);
        }
        return loops ? new Polls(result) : result;
    }

    /** A label that was seen when a jump to it comes lies behind the jump. */
    private static final class Polls extends MethodVisitor {
        Polls(MethodVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visitLabel(Label label) {
            // The writer leaves info to visitors: a mark instead of a set.
            label.info = this;
            super.visitLabel(label);
        }

        @Override
        public void visitJumpInsn(int opcode, Label label) {
            if (label.info == this) {
                poll();
            }
            super.visitJumpInsn(opcode, label);
        }

        @Override
        public void visitTableSwitchInsn(int min, int max, Label otherwise, Label... labels) {
            pollIfBackward(otherwise, labels);
            super.visitTableSwitchInsn(min, max, otherwise, labels);
        }

        @Override
        public void visitLookupSwitchInsn(Label otherwise, int[] keys, Label[] labels) {
            pollIfBackward(otherwise, labels);
            super.visitLookupSwitchInsn(otherwise, keys, labels);
        }

        private void pollIfBackward(Label otherwise, Label[] labels) {
            boolean backward = otherwise.info == this;
            for (int i = 0; i < labels.length && !backward; i++) {
                backward = labels[i].info == this;
            }
            if (backward) {
                poll();
            }
        }

        private void poll() {
            super.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/SsiHook", "poll", "()V", false);
        }
    }
}
