package io.ssi.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In a JVM of its own for each collector, which holds 20 MB and makes garbage. */
@Timeout(120)
class LiveHeapTest {
    private static final int HELD_BYTES = 20 << 20;

    public static final class Program {
        public static void main(String[] arguments) {
            LiveHeap heap = new LiveHeap();
            long before = heap.bytes();
            List<byte[]> held = new ArrayList<>();
            for (int bytes = 0; bytes < HELD_BYTES; bytes += 1 << 10) {
                held.add(new byte[1 << 10]);
            }
            System.gc();
            long after = heap.bytes();
            List<byte[]> more = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                more.add(new byte[1 << 10]);
            }
            System.out.print(before + " " + after + " " + (heap.bytes() - after) + " " + held.size() / more.size());
        }
    }

    @ParameterizedTest
    @CsvSource({"-XX:+UseG1GC,true", "-XX:+UseSerialGC,true", "-XX:+UseParallelGC,true", "-XX:+UseZGC,false", "-XX:-UsePerfData,false"})
    void whatTheLastCollectionLeft(String flag, boolean known) throws IOException, InterruptedException {
        Process jvm = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), flag, "-Xms300m", "-Xmx300m", "--add-exports",
                "java.base/jdk.internal.misc=ALL-UNNAMED", "--add-exports", "java.base/jdk.internal.perf=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), Program.class.getName()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String said = new String(jvm.getInputStream().readAllBytes());
        assertThat(jvm.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String[] words = said.split(" ");
        assertThat(words).as(said).hasSize(4);
        assertThat(Long.parseLong(words[0])).as("before the first collection").isEqualTo(-1);
        if (known) {
            assertThat(Long.parseLong(words[1])).isBetween((long) HELD_BYTES, 2L * HELD_BYTES);
        } else {
            assertThat(Long.parseLong(words[1])).isEqualTo(-1);
        }
        assertThat(Long.parseLong(words[2])).as("what is new since is not counted").isZero();
    }
}
