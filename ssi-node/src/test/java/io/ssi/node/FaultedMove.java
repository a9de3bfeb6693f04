package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A program that answers line by line, and one move of it in which something breaks at a named step (SSI_FAULTS). */
final class FaultedMove {
    /** Until all nodes say the same, after whatever died is back; 5 s on a machine that has nothing else to do. */
    static final Duration AGREE = Duration.ofSeconds(90);
    /** The steps of a move, of which every one is struck in the nightly run. */
    static final List<String> SOURCE_STEPS = List.of("ToPeer.Prepared", "ToJvm.Freeze", "ToPeer.ImageEnd", "Propose", "HandOver", "ToPeer.Go", "End");
    static final List<String> TARGET_STEPS = List.of("StartJvm", "ToJvm.Land", "ToPeer.LandReady", "ToJvm.ImageEnd", "ToPeer.Built", "Adopt", "ToJvm.Go",
            "ToPeer.Running", "End");
    private static final Path FAULTS = Path.of(System.getenv("SSI_FAULTS"));

    private final ClusterOfThree cluster;
    final int source;
    final int target;
    final Program program;
    final int vpid;

    /** Starts the program on its node. */
    FaultedMove(ClusterOfThree cluster, Path classes, int source, int target) throws IOException {
        Files.createDirectories(FAULTS);
        this.cluster = cluster;
        this.source = source;
        this.target = target;
        program = new Program(cluster.socket(source), classes, List.of(), "Talk");
        program.awaitOut("ready\n");
        vpid = await().atMost(AGREE).until(() -> cluster.ps(source, "Talk").stream().filter(row -> row.get("osPid").equals(program.process.pid()))
                .map(row -> ((Long) row.get("vpid")).intValue()).findAny().orElse(0), number -> number != 0);
        assertThat(program.answer("add 1")).isEqualTo("sum 1");
    }

    int node(String side) {
        return side.equals("source") ? source : target;
    }

    /** Orders the move, with this to happen just before a step; returns when the order is answered. */
    void order(String side, String step, String action) throws IOException {
        Files.writeString(FAULTS.resolve(Integer.toString(node(side))), side + " " + step + " " + action);
        order();
    }

    private ClusterOfThree.Said order() {
        return cluster.ask(source, "ssi-migrate", Integer.toString(vpid), Integer.toString(target));
    }

    /** Orders the move, stops at a step, does something, and lets it go on. The answer comes later. */
    CompletableFuture<ClusterOfThree.Said> orderAndHold(String side, String step, Deed deed) throws Exception {
        String number = Integer.toString(node(side));
        Files.writeString(FAULTS.resolve(number), side + " " + step + " hold");
        CompletableFuture<ClusterOfThree.Said> answer = CompletableFuture.supplyAsync(this::order, task -> Thread.ofPlatform().daemon().start(task));
        Path held = FAULTS.resolve(number + ".held");
        await().atMost(AGREE).until(() -> Files.exists(held) || answer.isDone());
        assertThat(held).as("move held at %s %s: %s", side, step, answer.getNow(null)).exists();
        try {
            deed.run();
        } finally {
            Files.delete(held);
        }
        return answer;
    }

    interface Deed {
        void run() throws Exception;
    }

    /** One row on every node, the same one, of a process that is neither moving nor ended. */
    Map<String, Object> agreed() {
        await().atMost(AGREE).untilAsserted(() -> {
            for (int asked = 1; asked <= ClusterOfThree.NODES; asked++) {
                assertThat(cluster.ask(asked, "ssi-cluster").out().lines().filter(line -> line.contains(" UP "))).as("nodes up, as node %d sees it", asked)
                        .hasSize(ClusterOfThree.NODES);
                List<Map<String, Object>> rows = cluster.ps(asked, "Talk");
                assertThat(rows).as("as node %d sees it", asked).hasSize(1);
                assertThat(rows.getFirst()).as("as node %d sees it", asked).containsEntry("state", "RUNNING")
                        .containsEntry("node", cluster.ps(1, "Talk").getFirst().get("node"));
            }
        });
        await().atMost(AGREE).untilAsserted(() -> assertThat(copies()).as("JVMs that have the program").isEqualTo(1));
        return cluster.ps(3, "Talk").getFirst();
    }

    private int copies() {
        return cluster.osProcesses("landing=").size() + cluster.osProcesses(" Talk ").size();
    }

    /** It goes on as if nothing had been, can still be moved, ends as its user wants, and has said what it says on a plain JVM. */
    void goesOn() throws Exception {
        Map<String, Object> row = agreed();
        assertThat(program.answer("add 2")).isEqualTo("sum 3");
        assertThat(copies()).as("JVMs that have the program").isEqualTo(1);
        int here = ((Long) row.get("node")).intValue();
        cluster.move(here, vpid, here % ClusterOfThree.NODES + 1);
        assertThat(program.answer("add 4")).isEqualTo("sum 7");
        program.type("exit 3");
        assertThat(program.exitCode()).as(program.err()).isEqualTo(3);
        assertThat(program.out()).isEqualTo("ready\nsum 1\nsum 3\nsum 7\nhook\n");
        // The agent says on standard error that it waits for a daemon.
        assertThat(program.err().lines().filter(line -> !line.startsWith("ssi: "))).containsExactly("added 1", "added 2", "added 4");
    }

    /** The only copy was killed: no node has it, and its user is told. */
    void isGone() throws Exception {
        assertThat(program.exitCode()).as(program.err()).isEqualTo(137);
        await().atMost(AGREE).untilAsserted(() -> {
            for (int asked = 1; asked <= ClusterOfThree.NODES; asked++) {
                assertThat(cluster.ps(asked, "Talk")).as("as node %d sees it", asked).allMatch(row -> row.get("state").equals("ZOMBIE"));
            }
            assertThat(copies()).as("JVMs that have the program").isZero();
        });
    }

    /** The terminal was lost: where it is now it finds that out and exits, with a status of its own. */
    void endsWithItsInput() throws Exception {
        ClusterOfThree.Said end = cluster.ask(target, "ssi-wait", Integer.toString(vpid));
        assertThat(end.exitCode()).as(end.err()).isZero();
    }

    /** For after each test: ends the program wherever it is, and all else of its cluster that is no daemon. */
    static void cleanUp(ClusterOfThree cluster, FaultedMove move) throws IOException {
        Files.createDirectories(FAULTS);
        try (Stream<Path> left = Files.list(FAULTS)) {
            List<Path> never = new ArrayList<>(left.toList());
            for (Path each : never) {
                Files.delete(each);
            }
            assertThat(never).as("faults that never struck").isEmpty();
        } finally {
            if (move != null) {
                move.program.close();
            }
        }
        await().atMost(AGREE).untilAsserted(() -> {
            for (int asked = 1; asked <= ClusterOfThree.NODES; asked++) {
                int node = asked;
                cluster.ps(node, "").forEach(row -> cluster.ask(node, "ssi-kill", "-KILL", row.get("vpid").toString()));
            }
            assertThat(cluster.osProcesses("ssi-agent.jar")).as("JVMs of programs").isEmpty();
        });
    }
}
