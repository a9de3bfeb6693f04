package io.ssi.migrate.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

class PositionsTest {
    private int reads;

    /** An agent that knows one class file. */
    private AgentPort port(byte[] bytes) {
        return (AgentPort) Proxy.newProxyInstance(AgentPort.class.getClassLoader(), new Class<?>[] {AgentPort.class}, (proxy, method, arguments) -> {
            assertThat(method.getName()).isEqualTo("wovenBytes");
            reads++;
            return bytes;
        });
    }

    /** run: entry hook at 0, calls at 4, 7 and 13; run(int): a call at 0. */
    private static byte[] classFile() {
        ClassWriter writer = new ClassWriter(0);
        writer.visit(Opcodes.V21, Opcodes.ACC_PUBLIC, "A", null, "java/lang/Object", null);
        MethodVisitor run = writer.visitMethod(Opcodes.ACC_STATIC, "run", "()V", null, null);
        run.visitCode();
        run.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/SsiEntry", "entering", "()V", false); // 0
        run.visitInsn(Opcodes.NOP); // 3
        run.visitMethodInsn(Opcodes.INVOKESTATIC, "A", "x", "()V", false); // 4
        run.visitInvokeDynamicInsn("y", "()V", new Handle(Opcodes.H_INVOKESTATIC, "A", "bootstrap", "()V", false)); // 7
        run.visitInsn(Opcodes.NOP); // 12
        run.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/SsiHook", "poll", "()V", false); // 13
        run.visitInsn(Opcodes.RETURN);
        run.visitMaxs(2, 2);
        run.visitEnd();
        MethodVisitor other = writer.visitMethod(Opcodes.ACC_STATIC, "run", "(I)V", null, null);
        other.visitCode();
        other.visitMethodInsn(Opcodes.INVOKESTATIC, "A", "x", "()V", false);
        other.visitInsn(Opcodes.RETURN);
        other.visitMaxs(0, 1);
        other.visitEnd();
        writer.visitEnd();
        return writer.toByteArray();
    }

    @Test
    void aPositionIsTheNumberOfTheCall() {
        Positions positions = new Positions(port(classFile()), new FrameCopies());
        Class<?> type = MethodHandles.class;
        assertThat(positions.callAt(type, "run", "()V", 4)).isZero();
        assertThat(positions.callAt(type, "run", "()V", 7)).isEqualTo(1);
        assertThat(positions.callAt(type, "run", "()V", 13)).isEqualTo(2);
        assertThat(positions.callAt(type, "run", "(I)V", 0)).isZero();
        assertThat(reads).as("the class file is read once").isEqualTo(1);
    }

    @Test
    void whatIsNoCallIsNone() {
        Positions positions = new Positions(port(classFile()), new FrameCopies());
        for (int bci : new int[] {-1, 0, 3, 5, 12, 16, 1000}) {
            assertThat(positions.callAt(String.class, "run", "()V", bci)).as("at %d", bci).isEqualTo(-1);
        }
        assertThat(positions.callAt(String.class, "run", "(J)V", 0)).isEqualTo(-1);
        assertThat(positions.callAt(String.class, "walk", "()V", 4)).isEqualTo(-1);
    }

    @Test
    void aClassTheAgentHasNoBytesOfHasNoPositions() {
        assertThat(new Positions(port(null), new FrameCopies()).callAt(String.class, "run", "()V", 4)).isEqualTo(-1);
    }
}
