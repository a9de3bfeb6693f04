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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Daemons, JVMs and streams that die at each step of a move from node 1 to node 2. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashInMoveIT {
    /** Until all nodes say the same, after the dead daemon is back. */
    private static final Duration AGREE = Duration.ofSeconds(20);
    private static final Path FAULTS = Path.of(System.getenv("SSI_FAULTS"));

    @TempDir
    static Path folder;

    private final List<Program> programs = new ArrayList<>();
    private ClusterOfThree cluster;
    private Path classes;

    @BeforeAll
    void startNodes() throws Exception {
        Files.createDirectories(FAULTS);
        classes = Files.createDirectory(folder.resolve("classes"));
        MoveBetweenNodesIT.compile(classes);
        cluster = new ClusterOfThree(folder);
        cluster.start();
    }

    @AfterAll
    void stopNodes() throws IOException {
        if (cluster != null) {
            cluster.close();
        }
    }

    @AfterEach
    void endPrograms() throws IOException {
        try (Stream<Path> left = Files.list(FAULTS)) {
            assertThat(left).as("faults that never struck").isEmpty();
        }
        programs.forEach(Program::close);
        programs.clear();
        await().atMost(AGREE).untilAsserted(() -> {
            cluster.ps(3, "").forEach(row -> cluster.ask(3, "ssi-kill", "-KILL", row.get("vpid").toString()));
            assertThat(cluster.osProcesses("ssi-agent.jar")).as("JVMs of programs").isEmpty();
        });
    }

    private Program program;
    private int vpid;

    private void moveWithFault(String side, String step, String action) throws Exception {
        program = new Program(cluster.socket(1), classes, List.of(), "Talk");
        programs.add(program);
        program.awaitOut("ready\n");
        vpid = await().atMost(AGREE).until(() -> cluster.ps(3, "Talk").stream().filter(row -> row.get("osPid").equals(program.process.pid()))
                .map(row -> ((Long) row.get("vpid")).intValue()).findAny().orElse(0), number -> number != 0);
        assertThat(program.answer("add 1")).isEqualTo("sum 1");
        int node = side.equals("source") ? 1 : 2;
        Files.writeString(FAULTS.resolve(Integer.toString(node)), side + " " + step + " " + action);
        cluster.ask(3, "ssi-migrate", Integer.toString(vpid), "2");
        if (action.equals("halt")) {
            cluster.died(node);
            cluster.start(node);
        }
    }

    /** One row on every node, the same one, of a process that is neither moving nor ended. */
    private Map<String, Object> agreed() {
        await().atMost(AGREE).untilAsserted(() -> {
            for (int asked = 1; asked <= ClusterOfThree.NODES; asked++) {
                List<Map<String, Object>> rows = cluster.ps(asked, "Talk");
                assertThat(rows).as("as node %d sees it", asked).hasSize(1);
                assertThat(rows.getFirst()).as("as node %d sees it", asked).containsEntry("state", "RUNNING")
                        .containsEntry("node", cluster.ps(1, "Talk").getFirst().get("node"));
            }
        });
        return cluster.ps(3, "Talk").getFirst();
    }

    private void goesOn() throws Exception {
        Map<String, Object> row = agreed();
        assertThat(program.answer("add 2")).isEqualTo("sum 3");
        await().atMost(AGREE).untilAsserted(() -> assertThat(cluster.osProcesses("landing=").size() + cluster.osProcesses(" Talk ").size())
                .as("JVMs that have the program").isEqualTo(1));
        // It can still be moved, and ends as its user wants.
        cluster.move(3, vpid, ((Long) row.get("node")).intValue() == 3 ? 2 : 3);
        assertThat(program.answer("add 4")).isEqualTo("sum 7");
        program.type("exit 3");
        assertThat(program.exitCode()).as(program.err()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({"source, ToPeer.ImageEnd, halt", "source, Propose, halt", "source, HandOver, halt", "target, ToPeer.Built, halt", "target, Adopt, halt",
        "target, ToJvm.ImageEnd, kill", "target, ToPeer.Built, cut", "source, Propose, cut"})
    void theProgramGoesOn(String side, String step, String action) throws Exception {
        moveWithFault(side, step, action);
        goesOn();
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({"source, ToPeer.Prepared, halt", "source, ToJvm.Freeze, halt", "source, ToPeer.Go, halt", "source, End, halt", "target, StartJvm, halt",
        "target, ToJvm.Land, halt", "target, ToPeer.LandReady, halt", "target, ToJvm.ImageEnd, halt", "target, ToJvm.Go, halt", "target, ToPeer.Running, halt",
        "target, ToPeer.LandReady, kill", "source, ToPeer.Prepared, cut", "source, ToJvm.Freeze, cut",
        "source, ToPeer.ImageEnd, cut", "source, HandOver, cut", "target, ToPeer.LandReady, cut", "target, ToJvm.ImageEnd, cut", "target, Adopt, cut",
        "source, ToPeer.Prepared, hang-up", "source, ToJvm.Freeze, hang-up", "source, ToPeer.ImageEnd, hang-up", "source, Propose, hang-up",
        "source, HandOver, hang-up", "target, ToPeer.LandReady, hang-up", "target, ToPeer.Built, hang-up", "target, ToJvm.Go, hang-up"})
    void theProgramGoesOnAfterAnyFault(String side, String step, String action) throws Exception {
        theProgramGoesOn(side, step, action);
    }

    /** Before the commit the source is the only copy, after it the target. */
    @ParameterizedTest
    @CsvSource({"source, ToPeer.ImageEnd, kill", "target, ToJvm.Go, kill"})
    void aKilledOnlyCopyIsGoneAndItsUserIsTold(String side, String step, String action) throws Exception {
        moveWithFault(side, step, action);
        assertThat(program.exitCode()).as(program.err()).isEqualTo(137);
        await().atMost(AGREE).untilAsserted(() -> {
            for (int asked = 1; asked <= ClusterOfThree.NODES; asked++) {
                assertThat(cluster.ps(asked, "Talk")).as("as node %d sees it", asked).allMatch(row -> row.get("state").equals("ZOMBIE"));
            }
        });
    }

    /** Its terminal is lost, it is not. */
    @ParameterizedTest
    @CsvSource({"source, HandOver, kill"})
    void aSourceKilledAfterTheCommitTakesNothingWithIt(String side, String step, String action) throws Exception {
        moveWithFault(side, step, action);
        assertThat(agreed()).containsEntry("node", 2L);
    }
}
