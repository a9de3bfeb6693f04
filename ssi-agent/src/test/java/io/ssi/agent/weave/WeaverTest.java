package io.ssi.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.util.CheckClassAdapter;

class WeaverTest {
    private final LeftAloneList leftAlone = new LeftAloneList();
    private final Weaver weaver = new Weaver(null, leftAlone);

    @Test
    void putsOnePollBeforeEachJumpBackwards() throws Exception {
        byte[] woven = weaver.weave(name(Loops.class), LoaderKind.APPLICATION, bytes(Loops.class));

        assertThat(polls(woven, "whileLoop")).isEqualTo(1);
        assertThat(polls(woven, "doLoop")).isEqualTo(1);
        assertThat(polls(woven, "nested")).isEqualTo(2);
        assertThat(polls(woven, "branch")).isZero();
        assertThat(load(Loops.class, woven).getMethod("all").invoke(null)).isEqualTo(Loops.all());
    }

    @Test
    void pollsFirstThingWithAMonitorUnderTheHandlerThatGivesItFree() throws Exception {
        byte[] woven = weaver.weave(name(Locks.class), LoaderKind.APPLICATION, bytes(Locks.class));

        ClassNode node = new ClassNode();
        new ClassReader(woven).accept(node, 0);
        int entries = 0;
        for (MethodNode method : node.methods) {
            boolean entered = (method.access & Opcodes.ACC_SYNCHRONIZED) != 0;
            for (AbstractInsnNode insn : method.instructions) {
                if (insn.getOpcode() >= 0) {
                    boolean inBlock = entered && insn.getPrevious() != null && method.instructions.indexOf(insn) > 1;
                    if (entered) {
                        entries++;
                        assertThat(((MethodInsnNode) insn).name).as(method.name).isEqualTo("poll");
                        assertThat(!inBlock || isCovered(method, insn)).as(method.name).isTrue();
                    }
                    entered = insn.getOpcode() == Opcodes.MONITORENTER;
                }
            }
        }
        assertThat(entries).isEqualTo(6);
        verify(woven);
        assertThat(load(Locks.class, woven).getMethod("all").invoke(null)).isEqualTo(Locks.all());
    }

    /** A JDK whose classes are not as the rule table says must be found out, not half woven. */
    @Test
    void aClassOfTheJdkThatDiffersFromItsRuleIsReported() {
        ClassWriter writer = new ClassWriter(0);
        writer.visit(Opcodes.V25, Opcodes.ACC_PUBLIC, "java/util/concurrent/locks/LockSupport", null, "java/lang/Object", null);
        MethodVisitor park = writer.visitMethod(Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, "park", "(Ljava/lang/Object;)V", null, null);
        park.visitCode();
        park.visitInsn(Opcodes.RETURN);
        park.visitMaxs(0, 1);
        park.visitEnd();
        new WeavingTransformer(weaver, leftAlone).transform(null, "java/util/concurrent/locks/LockSupport", null, null, writer.toByteArray());
        new WeavingTransformer(weaver, leftAlone).transform(null, "java/lang/Shutdown", null, null, emptyClass("java/lang/Shutdown"));

        assertThat(leftAlone.unexpected()).containsExactly(
                "java.util.concurrent.locks.LockSupport.park(Ljava/lang/Object;)V of this JDK is not as expected: it has no call of jdk/internal/misc/Unsafe.park(ZJ)V",
                "java.lang.Shutdown.halt(I)V of this JDK is not as expected: there is no such method");
        assertThat(leftAlone.entries()).isEmpty();
    }

    private static byte[] emptyClass(String name) {
        ClassWriter writer = new ClassWriter(0);
        writer.visit(Opcodes.V25, Opcodes.ACC_PUBLIC, name, null, "java/lang/Object", null);
        return writer.toByteArray();
    }

    @Test
    void weavesTheSameBytesEachTime() throws Exception {
        byte[] once = weaver.weave(name(Loops.class), LoaderKind.APPLICATION, bytes(Loops.class));
        byte[] again = new Weaver(null, leftAlone).weave(name(Loops.class), LoaderKind.APPLICATION, bytes(Loops.class));

        assertThat(again).isEqualTo(once);
    }

    @Test
    void leavesAClassWithoutLoopsAndMonitorsAsItIs() throws Exception {
        assertThat(weaver.weave(name(Straight.class), LoaderKind.APPLICATION, bytes(Straight.class))).isNull();
    }

    @Test
    void weavesDefaultMethodsOfInterfaces() throws Exception {
        byte[] woven = weaver.weave(name(WithDefault.class), LoaderKind.APPLICATION, bytes(WithDefault.class));

        assertThat(polls(woven, "sum")).isEqualTo(1);
    }

    @Test
    void aThreadsRunLeavesWhenTheThreadWasEnteredElsewhere() throws Exception {
        byte[] woven = weaver.weave(name(Runner.class), LoaderKind.APPLICATION, bytes(Runner.class));

        assertThat(calls(woven, "run", "java/lang/SsiEntry.entering")).isEqualTo(1);
        Object thread = load(Runner.class, woven).getDeclaredConstructor().newInstance();
        ((Runnable) thread).run();
        assertThat(thread.getClass().getField("count").getInt(thread)).isEqualTo(10);
    }

    @Test
    void pollsAtSwitchesThatJumpBack() throws Exception {
        for (boolean table : new boolean[] {true, false}) {
            byte[] original = switchBack(table);
            byte[] woven = weaver.weave("t/Switch", LoaderKind.APPLICATION, original);

            assertThat(polls(woven, "loop")).isEqualTo(1);
            assertThat(define("t.Switch", woven).getMethod("loop", int.class).invoke(null, 3)).isEqualTo(3);
        }
    }

    @Test
    void subroutinesAreWhereTheyAreCalled() throws Exception {
        byte[] woven = weaver.weave("t/Old", LoaderKind.APPLICATION, subroutine());

        assertThat(polls(woven, "loop")).isEqualTo(2); // in the loop, and where the subroutine jumps back to behind its call
        ClassNode node = new ClassNode();
        new ClassReader(woven).accept(node, 0);
        assertThat(node.methods.get(0).instructions).isNotEmpty().noneMatch(insn -> insn.getOpcode() == Opcodes.JSR || insn.getOpcode() == Opcodes.RET);
        assertThat(define("t.Old", woven).getMethod("loop", int.class).invoke(null, 4)).isEqualTo(4);
    }

    @Test
    void leavesAMethodAloneThatWouldBeTooLong() throws Exception {
        byte[] woven = weaver.weave("t/Huge", LoaderKind.APPLICATION, huge());

        assertThat(leftAlone.entries()).singleElement().asString().contains("t.Huge", "huge(I)I", "65535");
        assertThat(polls(woven, "huge")).isZero();
        assertThat(polls(woven, "small")).isEqualTo(1);
        assertThat(define("t.Huge", woven).getMethod("small", int.class).invoke(null, 2)).isEqualTo(2);
    }

    @Test
    void leavesWhatIsNoClassFileAlone() {
        byte[] bad = {1, 2, 3};

        assertThat(weaver.weave("t/Bad", LoaderKind.APPLICATION, bad)).isNull();
        assertThat(leftAlone.entries()).singleElement().asString().contains("t.Bad");
    }

    @Test
    void emptiesClassInitialisersThatRanElsewhere() throws Exception {
        Weaver landing = new Weaver(internalName -> internalName.endsWith("Initialised"), leftAlone);
        byte[] woven = landing.weave(name(Initialised.class), LoaderKind.APPLICATION, bytes(Initialised.class));

        assertThat(load(Initialised.class, woven).getField("value").get(null)).isNull();
        assertThat(weaver.weave(name(Initialised.class), LoaderKind.APPLICATION, bytes(Initialised.class))).isNull();
    }

    @Test
    void theScanAgreesWithAsmOnEveryClassOfAsmItself() throws Exception {
        List<String> names = List.of("ClassReader", "ClassWriter", "MethodWriter", "Frame", "SymbolTable", "Type", "Label", "Opcodes");
        for (String simple : names) {
            byte[] bytes = resource("org/objectweb/asm/" + simple + ".class");
            ClassScan scan = ClassScan.of(bytes);
            byte[] woven = weaver.weave("org/objectweb/asm/" + simple, LoaderKind.APPLICATION, bytes);
            assertThat(woven != null).as(simple).isEqualTo(scan.polled != null);
            if (woven != null) {
                assertThat(polledByAsm(bytes)).as(simple).isEqualTo(list(scan.polled));
                verify(woven);
            }
        }
    }

    // ---- stand-ins

    public static final class Loops {
        public static int whileLoop(int n) {
            int sum = 0;
            int i = 0;
            while (i < n) {
                sum += i++;
            }
            return sum;
        }

        public static int doLoop(int n) {
            int i = 0;
            do {
                i += 2;
            } while (i < n);
            return i;
        }

        public static long nested(int n) {
            long sum = 0;
            for (int i = 0; i < n; i++) {
                for (double d = 0; d < n; d += 1.5) {
                    sum += (long) d + i;
                }
            }
            return sum;
        }

        public static int branch(int n) {
            return n > 3 ? n : -n;
        }

        public static String all() {
            return whileLoop(7) + " " + doLoop(9) + " " + nested(5) + " " + branch(4);
        }
    }

    public static final class Locks extends Thread {
        private int n;

        @Override
        public synchronized void run() {
            n++;
        }

        private synchronized int method() {
            return ++n;
        }

        private static synchronized long staticMethod(Locks on) {
            return on.method();
        }

        private int nested() {
            synchronized (this) {
                synchronized (Locks.class) {
                    return method();
                }
            }
        }

        private int loop() {
            synchronized (this) {
                while (n < 10) {
                    n++;
                }
            }
            return n;
        }

        public static String all() {
            Locks on = new Locks();
            on.run();
            return on.method() + " " + staticMethod(on) + " " + on.nested() + " " + on.loop();
        }
    }

    public static final class Straight {
        public int run(int i) {
            return i + 1;
        }
    }

    public interface WithDefault {
        default int sum(int[] of) {
            int sum = 0;
            for (int i : of) {
                sum += i;
            }
            return sum;
        }
    }

    public static class Runner extends Thread {
        public int count;

        @Override
        public void run() {
            while (count < 10) {
                count++;
            }
        }
    }

    public static final class Initialised {
        public static String value = "initialised " + System.nanoTime();
    }

    private static byte[] switchBack(boolean table) {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
        writer.visit(Opcodes.V21, Opcodes.ACC_PUBLIC, "t/Switch", null, "java/lang/Object", null);
        MethodVisitor m = start(writer, "loop");
        Label again = new Label();
        Label done = new Label();
        m.visitInsn(Opcodes.ICONST_0);
        m.visitVarInsn(Opcodes.ISTORE, 1);
        m.visitLabel(again);
        m.visitIincInsn(1, 1);
        m.visitVarInsn(Opcodes.ILOAD, 1);
        if (table) {
            m.visitTableSwitchInsn(1, 2, done, again, again);
        } else {
            m.visitLookupSwitchInsn(done, new int[] {1, 2}, new Label[] {again, again});
        }
        m.visitLabel(done);
        m.visitVarInsn(Opcodes.ILOAD, 1);
        return finish(writer, m);
    }

    /** Java 1.4 style: a loop in a subroutine called by jsr. */
    private static byte[] subroutine() {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
        writer.visit(Opcodes.V1_4, Opcodes.ACC_PUBLIC, "t/Old", null, "java/lang/Object", null);
        MethodVisitor m = start(writer, "loop");
        Label routine = new Label();
        Label again = new Label();
        m.visitInsn(Opcodes.ICONST_0);
        m.visitVarInsn(Opcodes.ISTORE, 1);
        m.visitJumpInsn(Opcodes.JSR, routine);
        m.visitVarInsn(Opcodes.ILOAD, 1);
        m.visitInsn(Opcodes.IRETURN);
        m.visitLabel(routine);
        m.visitVarInsn(Opcodes.ASTORE, 2);
        m.visitLabel(again);
        m.visitIincInsn(1, 1);
        m.visitVarInsn(Opcodes.ILOAD, 1);
        m.visitVarInsn(Opcodes.ILOAD, 0);
        m.visitJumpInsn(Opcodes.IF_ICMPLT, again);
        m.visitVarInsn(Opcodes.RET, 2);
        m.visitMaxs(0, 0);
        m.visitEnd();
        writer.visitEnd();
        return writer.toByteArray();
    }

    /** One method whose loop is so near the limit that a poll does not fit; one that is small. */
    private static byte[] huge() {
        ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
        writer.visit(Opcodes.V21, Opcodes.ACC_PUBLIC, "t/Huge", null, "java/lang/Object", null);
        for (String name : new String[] {"huge", "small"}) {
            MethodVisitor m = start(writer, name);
            m.visitInsn(Opcodes.ICONST_0);
            m.visitVarInsn(Opcodes.ISTORE, 1);
            // 14 bytes of other instructions.
            for (int i = 0; name.equals("huge") && i < 65_535 - 14; i++) {
                m.visitInsn(Opcodes.NOP);
            }
            Label again = new Label();
            m.visitLabel(again);
            m.visitIincInsn(1, 1);
            m.visitVarInsn(Opcodes.ILOAD, 1);
            m.visitVarInsn(Opcodes.ILOAD, 0);
            m.visitJumpInsn(Opcodes.IF_ICMPLT, again);
            m.visitVarInsn(Opcodes.ILOAD, 1);
            m.visitInsn(Opcodes.IRETURN);
            m.visitMaxs(0, 0);
            m.visitEnd();
        }
        writer.visitEnd();
        return writer.toByteArray();
    }

    private static MethodVisitor start(ClassWriter writer, String name) {
        MethodVisitor m = writer.visitMethod(Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, name, "(I)I", null, null);
        m.visitCode();
        return m;
    }

    private static byte[] finish(ClassWriter writer, MethodVisitor m) {
        m.visitInsn(Opcodes.IRETURN);
        m.visitMaxs(0, 0);
        m.visitEnd();
        writer.visitEnd();
        return writer.toByteArray();
    }

    // ---- helpers

    private static int polls(byte[] bytes, String method) {
        return calls(bytes, method, "java/lang/SsiHook.poll");
    }

    private static int calls(byte[] bytes, String method, String target) {
        int[] count = new int[1];
        new ClassReader(bytes).accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                return !name.equals(method) ? null : new MethodVisitor(Opcodes.ASM9) {
                    @Override
                    public void visitMethodInsn(int opcode, String owner, String called, String type, boolean isInterface) {
                        if (target.equals(owner + "." + called)) {
                            count[0]++;
                        }
                    }
                };
            }
        }, 0);
        return count[0];
    }

    private static boolean isCovered(MethodNode method, AbstractInsnNode insn) {
        int at = method.instructions.indexOf(insn);
        return method.tryCatchBlocks.stream().anyMatch(block -> block.type == null
                && method.instructions.indexOf(block.start) < at && at < method.instructions.indexOf(block.end));
    }

    private static List<Boolean> polledByAsm(byte[] bytes) {
        List<Boolean> polled = new ArrayList<>();
        new ClassReader(bytes).accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                int index = polled.size();
                polled.add((access & Opcodes.ACC_SYNCHRONIZED) != 0);
                return new MethodVisitor(Opcodes.ASM9) {
                    private final List<Label> seen = new ArrayList<>();

                    @Override
                    public void visitLabel(Label label) {
                        seen.add(label);
                    }

                    @Override
                    public void visitJumpInsn(int opcode, Label label) {
                        if (seen.contains(label)) {
                            polled.set(index, true);
                        }
                    }

                    @Override
                    public void visitInsn(int opcode) {
                        if (opcode == Opcodes.MONITORENTER) {
                            polled.set(index, true);
                        }
                    }
                };
            }
        }, 0);
        return polled;
    }

    private static List<Boolean> list(boolean[] of) {
        List<Boolean> list = new ArrayList<>();
        for (boolean b : of) {
            list.add(b);
        }
        return list;
    }

    static void verify(byte[] woven) {
        StringWriter problems = new StringWriter();
        CheckClassAdapter.verify(new ClassReader(woven), false, new PrintWriter(problems));
        assertThat(problems.toString()).isEmpty();
    }

    private static Class<?> load(Class<?> like, byte[] woven) {
        return define(like.getName(), woven);
    }

    private static Class<?> define(String name, byte[] bytes) {
        return new ClassLoader(WeaverTest.class.getClassLoader()) {
            Class<?> define() {
                return defineClass(name, bytes, 0, bytes.length);
            }
        }.define();
    }

    private static String name(Class<?> type) {
        return type.getName().replace('.', '/');
    }

    private static byte[] bytes(Class<?> type) throws IOException {
        return resource(name(type) + ".class");
    }

    private static byte[] resource(String file) throws IOException {
        try (InputStream in = WeaverTest.class.getClassLoader().getResourceAsStream(file)) {
            return in.readAllBytes();
        }
    }
}
