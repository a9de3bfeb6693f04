package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A busy program that goes round the three nodes again and again leaves nothing behind, in the daemons and in itself. */
class ManyMovesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ROUND = 3;
    private static final Pattern INSTANCES = Pattern.compile("Total +(\\d+) +(\\d+)");
    private static final Pattern METASPACE = Pattern.compile("Metaspace +used (\\d+)K");

    @TempDir
    Path folder;

    /** Threads of the JVM's own that come and go with what there is to do. */
    private static final List<String> PASSING = List.of("ForkJoinPool", "VirtualThread", "C1 Compiler", "C2 Compiler", "GC Thread", "Attach Listener");

    /** What one JVM holds. */
    private record Holding(long threads, long files, long objects, long bytes, long metaspaceKilobytes) {
        static Holding of(long pid) throws IOException {
            Matcher live = find(INSTANCES, jcmd(pid, "GC.class_histogram"));
            Matcher metaspace = find(METASPACE, jcmd(pid, "VM.metaspace", "basic"));
            return new Holding(threads(pid), count(Path.of("/proc/" + pid + "/fd")), Long.parseLong(live.group(1)),
                    Long.parseLong(live.group(2)), Long.parseLong(metaspace.group(1)));
        }

        private static Matcher find(Pattern pattern, String text) {
            Matcher matcher = pattern.matcher(text);
            assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
            return matcher;
        }

        private static long threads(long pid) throws IOException {
            long threads = 0;
            try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/task"))) {
                for (Path task : all.toList()) {
                    String name = Files.exists(task.resolve("comm")) ? Files.readString(task.resolve("comm")) : PASSING.getFirst();
                    threads += PASSING.stream().anyMatch(name::startsWith) ? 0 : 1;
                }
            }
            return threads;
        }

        private static long count(Path folder) throws IOException {
            try (Stream<Path> all = Files.list(folder)) {
                return all.count();
            }
        }

        private static String jcmd(long pid, String... command) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid));
            builder.command().addAll(List.of(command));
            Process process = builder.redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    @Timeout(300)
    void twelveMovesLeaveNothingBehind() throws Exception {
        leavesNothing(2, 2);
    }

    @Tag("long")
    @Test
    @Timeout(3600)
    void fiveHundredMovesLeaveNothingBehind() throws Exception {
        leavesNothing(6, 162);
    }

    private void leavesNothing(int warmUpRounds, int rounds) throws Exception {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        MoveBetweenNodesIT.compile(classes);
        try (ClusterOfThree cluster = new ClusterOfThree(folder)) {
            cluster.start();
            try (Program program = new Program(cluster.socket(1), classes, List.of(), "Busy")) {
                program.awaitOut("ready\n");
                int vpid = await().atMost(PATIENCE).until(() -> cluster.ps(1, "Busy").stream().map(row -> ((Long) row.get("vpid")).intValue()).findAny()
                        .orElse(0), number -> number != 0);
                Map<String, Object> first = goRound(cluster, program, vpid, warmUpRounds);
                Map<String, Holding> before = holdings(cluster, program);
                Map<String, Object> last = goRound(cluster, program, vpid, rounds);
                assertThat((Long) last.get("objects")).as("objects in the image").isLessThan((Long) first.get("objects") + 500);
                assertThat((Long) last.get("threads")).as("threads in the image").isEqualTo(first.get("threads"));
                await().atMost(PATIENCE).untilAsserted(() -> same(before, holdings(cluster, program)));
                assertThat(cluster.osProcesses(" deputy ")).as("deputies of a program that is at home").isEmpty();
                assertThat(cluster.ps(2, "")).as("rows").hasSize(1);
                program.endOfInput();
                assertThat(program.exitCode()).as(program.err()).isZero();
            }
        }
    }

    /** From node 1 to 2, 3 and 1, so many times; what the last move said. */
    private static Map<String, Object> goRound(ClusterOfThree cluster, Program program, int vpid, int rounds) {
        Map<String, Object> last = Map.of();
        for (int round = 0; round < rounds; round++) {
            for (int node = 1; node <= ROUND; node++) {
                last = cluster.move(node, vpid, node % ROUND + 1);
                assertThat(program.answer("check")).isEqualTo("ok");
            }
        }
        return last;
    }

    private static Map<String, Holding> holdings(ClusterOfThree cluster, Program program) throws IOException {
        Map<String, Holding> holdings = new LinkedHashMap<>();
        holdings.put("program", Holding.of(program.process.pid()));
        for (int node = 1; node <= ClusterOfThree.NODES; node++) {
            holdings.put("daemon " + node, Holding.of(Long.parseLong(Files.readString(cluster.state(node).resolve("daemon.pid")).strip())));
        }
        return holdings;
    }

    /** Room for pools that were not full yet and caches that fill; far below what each of the moves would add if it left something. */
    private static void same(Map<String, Holding> before, Map<String, Holding> after) {
        after.forEach((name, now) -> {
            Holding then = before.get(name);
            String both = name + " before " + then + " and after " + now;
            assertThat(now.threads()).as(both).isLessThan(then.threads() + 4);
            assertThat(now.files()).as(both).isLessThan(then.files() + 8);
            assertThat(now.bytes()).as(both).isLessThan(then.bytes() + (4 << 20));
            assertThat(now.metaspaceKilobytes()).as(both).isLessThan(then.metaspaceKilobytes() + 2048);
        });
    }
}
