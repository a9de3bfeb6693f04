package io.ssi.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

class CyclesTest {
    @Test
    void methodsThatMayCallThemselvesPollAtTheirEntry() throws IOException {
        byte[] woven;
        try (InputStream in = CyclesTest.class.getResourceAsStream("CyclesTest$Recursive.class")) {
            woven = new Weaver(null, new LeftAloneList()).weave(Recursive.class.getName().replace('.', '/'), LoaderKind.APPLICATION, in.readAllBytes());
        }
        ClassNode node = new ClassNode();
        new ClassReader(woven).accept(node, 0);
        List<String> polling = new ArrayList<>();
        for (MethodNode method : node.methods) {
            for (AbstractInsnNode insn : method.instructions) {
                if (insn instanceof MethodInsnNode call && call.name.equals("poll")) {
                    polling.add(method.name);
                }
            }
        }
        assertThat(polling).containsExactlyInAnyOrder("itself", "even", "odd", "applyAsInt", "named", "overLambda", "lambda$overLambda$0");
        WeaverTest.verify(woven);
    }

    /** One way of recursion each, and what is none. */
    static class Recursive implements IntUnaryOperator {
        private final IntUnaryOperator other;

        /** A constructor calls itself as well, and cannot stop before it has called that of its superclass. */
        Recursive(IntUnaryOperator other) {
            this.other = other == null ? null : new Recursive(null);
        }

        static int itself(int n) {
            return n < 2 ? n : itself(n - 1) + itself(n - 2);
        }

        static boolean even(int n) {
            return n == 0 || odd(n - 1);
        }

        static boolean odd(int n) {
            return n != 0 && even(n - 1);
        }

        @Override
        public int applyAsInt(int n) {
            return named(n);
        }

        int named(int n) {
            return other == null ? n : other.applyAsInt(n - 1);
        }

        static int overLambda(int n) {
            IntSupplier less = () -> overLambda(n - 1);
            return n == 0 ? 0 : less.getAsInt() + 1;
        }

        static int straight(int n) {
            return helper(n) + 1;
        }

        static int helper(int n) {
            return n * 2;
        }

        @Override
        public String toString() {
            return super.toString();
        }
    }
}
