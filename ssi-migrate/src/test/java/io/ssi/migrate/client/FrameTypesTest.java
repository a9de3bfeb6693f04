package io.ssi.migrate.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;

/** Which monitors are held, and in which local variables their objects are, at each call of a method. */
class FrameTypesTest {
    private static void here(String name) {}

    private static final class Blocks {
        private static void nested(Object one, Object two, boolean[] flags) {
            here("before");
            synchronized (one) {
                here("one");
                for (boolean flag : flags) {
                    try {
                        synchronized (two) {
                            here("two");
                            if (flag) {
                                throw new IllegalStateException();
                            }
                        }
                        here("between");
                    } catch (IllegalStateException e) {
                        here("caught");
                    } finally {
                        here("finally");
                    }
                }
            }
            here("after");
        }

        private static void chosen(Object one, Object two, boolean flag) {
            Object chosen = flag ? one : two;
            synchronized (chosen) {
                here("chosen");
            }
            here("free");
        }

        private static Object sometimes(Supplier<Object> source, boolean flag) {
            Object last = null;
            Object wider = "none";
            Object object = source.get();
            if (flag) {
                last = object;
                wider = object;
            }
            synchronized (object) {
                here("sometimes");
            }
            return last == null ? wider : last;
        }
    }

    /** By what it says: held monitors, and how many locals are known to have their objects. */
    private static Map<String, String> held(String method) throws Exception {
        ClassNode type = new ClassNode();
        try (InputStream file = FrameTypesTest.class.getResourceAsStream("FrameTypesTest$Blocks.class")) {
            new ClassReader(file).accept(type, ClassReader.SKIP_FRAMES);
        }
        MethodNode node = type.methods.stream().filter(one -> one.name.equals(method)).findAny().orElseThrow();
        Frame<BasicValue>[] frames = FrameTypes.of(type.name, type.superName, false, node, FrameTypesTest.class.getClassLoader());
        Map<String, String> held = new LinkedHashMap<>();
        for (AbstractInsnNode insn : node.instructions) {
            if (insn instanceof MethodInsnNode call && call.name.equals("here")) {
                Frame<BasicValue> frame = frames[node.instructions.indexOf(insn)];
                int locals = 0;
                for (int i = 0; i < frame.getLocals(); i++) {
                    locals += FrameTypes.heldBy(frame.getLocal(i)) == null ? 0 : 1;
                }
                String name = (String) ((LdcInsnNode) insn.getPrevious()).cst;
                held.put(name, (FrameTypes.held(frame) == null ? "?" : FrameTypes.held(frame).size()) + " in " + locals);
            }
        }
        return held;
    }

    @Test
    void monitorsOfBlocksAreKnownWhereverTheyAreHeld() throws Exception {
        assertThat(held("nested")).hasToString("{before=0 in 0, one=1 in 2, two=2 in 4, between=1 in 2, finally=1 in 2, caught=1 in 2, after=0 in 0}");
        assertThat(held("chosen")).hasToString("{chosen=1 in 2, free=0 in 0}");
        assertThat(held("sometimes")).hasToString("{sometimes=1 in 2}");
    }
}
