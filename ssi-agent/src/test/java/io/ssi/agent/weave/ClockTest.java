package io.ssi.agent.weave;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.agent.rule.JdkRules;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/** In a JVM that a process moves into, System.nanoTime is the program's. */
class ClockTest {
    /** They measure or draw numbers, or their deadlines end with a call that no thread moves in; threads of these kinds do not move. */
    private static final List<String> OF_THE_HOST = List.of("java/lang/ClassLoader", "java/lang/System", "java/lang/VirtualThread",
            "java/util/ImmutableCollections", "java/util/Random", "java/util/concurrent/ThreadLocalRandom", "java/util/zip/ZipFile");

    @Test
    void everyClassOfTheJdkThatKeepsDeadlinesByItIsListed() throws IOException {
        List<String> asking = new ArrayList<>(OF_THE_HOST);
        Path base = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules", "java.base");
        for (String folder : List.of("java/util", "java/lang", "jdk/internal/misc")) {
            try (Stream<Path> files = Files.walk(base.resolve(folder))) {
                for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
                    String name = base.relativize(file).toString().replace(".class", "");
                    if (!OF_THE_HOST.contains(name) && calls(Files.readAllBytes(file)).contains("java/lang/System.nanoTime")) {
                        asking.add(name);
                    }
                }
            }
        }
        asking.removeAll(OF_THE_HOST);
        assertThat(asking).containsExactlyInAnyOrder(JdkRules.clocked());
    }

    @Test
    void callsAndHandlesOfAProgramAreOfItsOwnClock() throws IOException {
        byte[] bytes;
        try (InputStream in = ClockTest.class.getResourceAsStream("ClockTest$Asking.class")) {
            bytes = in.readAllBytes();
        }
        String name = Asking.class.getName().replace('.', '/');
        byte[] woven = new Weaver(each -> false, new LeftAloneList()).weave(name, LoaderKind.APPLICATION, bytes);
        assertThat(calls(woven)).contains("java/lang/SsiClock.nanoTime", "java/lang/System.currentTimeMillis", "handle java/lang/SsiClock.nanoTime")
                .doesNotContain("java/lang/System.nanoTime", "handle java/lang/System.nanoTime");
        WeaverTest.verify(woven);
        assertThat(new Weaver(null, new LeftAloneList()).weave(name, LoaderKind.APPLICATION, bytes)).isNull();
    }

    private static TreeSet<String> calls(byte[] bytes) {
        ClassNode node = new ClassNode();
        new ClassReader(bytes).accept(node, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        TreeSet<String> calls = new TreeSet<>();
        for (MethodNode method : node.methods) {
            for (AbstractInsnNode insn : method.instructions) {
                if (insn instanceof MethodInsnNode call) {
                    calls.add(call.owner + "." + call.name);
                } else if (insn instanceof InvokeDynamicInsnNode dynamic) {
                    for (Object argument : dynamic.bsmArgs) {
                        if (argument instanceof org.objectweb.asm.Handle handle) {
                            calls.add("handle " + handle.getOwner() + "." + handle.getName());
                        }
                    }
                }
            }
        }
        return calls;
    }

    static final class Asking {
        private Asking() {}

        static long all() {
            LongSupplier handle = System::nanoTime;
            return System.nanoTime() - handle.getAsLong() + System.currentTimeMillis();
        }
    }
}
