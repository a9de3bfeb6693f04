package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that know nothing of ssi, moved between three daemons of this host. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MoveBetweenNodesIT {
    @TempDir
    static Path folder;

    private final List<Program> programs = new ArrayList<>();
    private ClusterOfThree cluster;
    private Path classes;

    @BeforeAll
    void startNodes() throws Exception {
        classes = Files.createDirectory(folder.resolve("classes"));
        compile(classes);
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
    void endPrograms() {
        programs.forEach(Program::close);
        programs.clear();
        // A program that moved outlives its deputy.
        await().atMost(Program.PATIENCE).untilAsserted(() -> {
            cluster.ps(1, "").forEach(row -> cluster.ask(1, "ssi-kill", "-KILL", row.get("vpid").toString()));
            assertThat(cluster.osProcesses("ssi-agent.jar")).as("JVMs of programs").isEmpty();
        });
    }

    static void compile(Path into) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-d", into.toString(), "-cp", System.getProperty("ssi.api.jar")));
        try (Stream<Path> sources = Files.list(Path.of(MoveBetweenNodesIT.class.getResource("/programs").toURI()))) {
            sources.forEach(source -> arguments.add(source.toString()));
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler().run(null, said, said, arguments.toArray(String[]::new));
        assertThat(status).as(said.toString(StandardCharsets.UTF_8)).isZero();
    }

    private Program start(int node, String main, String... arguments) throws IOException {
        Program program = new Program(node == 0 ? null : cluster.socket(node), classes, List.of(), main, arguments);
        programs.add(program);
        return program;
    }

    /** Started on node 1 and ready for its first line; number 0 of its row is found by the host's number. */
    private Program talk() throws IOException {
        Program program = start(1, "Talk");
        program.awaitOut("ready\n");
        return program;
    }

    private int vpid(Program program) {
        int vpid = await().atMost(Program.PATIENCE).until(() -> cluster.ps(1, "").stream().filter(row -> row.get("osPid").equals(program.process.pid()))
                .map(row -> ((Long) row.get("vpid")).intValue()).findAny().orElse(0), number -> number != 0);
        seenByAll(vpid, 1);
        return vpid;
    }

    private void seenByAll(int vpid, int node) {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            for (int asked = 1; asked <= ClusterOfThree.NODES; asked++) {
                assertThat(cluster.where(asked, vpid)).as("node of process %d, as node %d sees it", vpid, asked).isEqualTo(node);
            }
        });
    }

    @Test
    void aProgramThatComputesPrintsTheSameAsOnAPlainJvm() throws Exception {
        Program plain = start(0, "Count", "800");
        plain.type("aaaaa");
        assertThat(plain.exitCode()).isEqualTo(7);
        Program moved = start(1, "Count", "800");
        int vpid = vpid(moved);
        int lines = 0;
        for (int target : new int[] {2, 3, 1}) {
            // It computes, or already reads the next byte: both can be moved.
            moved.type("");
            moved.awaitOut("\n" + (lines + 20) + " ");
            ClusterOfThree.Said said = cluster.ask(1, "ssi-migrate", "--wait", "30s", Integer.toString(vpid), Integer.toString(target));
            assertThat(said.exitCode()).as("to node %d: %s%s", target, said.err(), moved.err()).isZero();
            lines += 200;
        }
        moved.type("aa");
        assertThat(moved.exitCode()).as(moved.err()).isEqualTo(7);
        assertThat(moved.out()).isEqualTo(plain.out());
        assertThat(moved.err()).isEqualTo(plain.err());
    }

    @Test
    void aChainOfMovesLeavesOneDeputyAndNoneAtHome() throws Exception {
        Program program = talk();
        int vpid = vpid(program);
        String token = "deputy";
        assertThat(program.answer("pid")).isEqualTo(vpid + " " + vpid + " " + vpid);
        assertThat(program.answer("add 1")).isEqualTo("sum 1");
        Map<String, Object> first = cluster.move(3, vpid, 2);
        assertThat(first).containsEntry("from", 1L).containsEntry("to", 2L).containsEntry("incarnation", 2L);
        seenByAll(vpid, 2);
        assertThat(program.answer("pid")).isEqualTo(vpid + " " + vpid + " " + vpid);
        assertThat(program.answer("add 2")).isEqualTo("sum 3");
        assertThat(ClusterOfThree.commandLine(program.process.pid())).contains(token);

        cluster.move(1, vpid, 3);
        seenByAll(vpid, 3);
        assertThat(program.answer("add 4")).isEqualTo("sum 7");
        assertThat(cluster.osProcesses(" deputy ")).hasSize(1);
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(cluster.osProcesses("landing=")).hasSize(1));

        cluster.move(2, vpid, 1);
        seenByAll(vpid, 1);
        assertThat(program.answer("add 8")).isEqualTo("sum 15");
        assertThat(program.answer("pid")).isEqualTo(vpid + " " + vpid + " " + vpid);
        assertThat(cluster.osProcesses(" deputy ")).isEmpty();
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertThat(cluster.osProcesses("landing=")).containsExactly(program.process.pid()));

        cluster.move(1, vpid, 2);
        assertThat(program.answer("add 16")).isEqualTo("sum 31");
        program.endOfInput();
        assertThat(program.exitCode()).isZero();
        assertThat(program.out()).endsWith("end of input, sum 31\nhook\n");
        assertThat(program.err()).isEqualTo("added 1\nadded 2\nadded 4\nadded 8\nadded 16\n");
    }

    @Test
    void signalsAndExitCodesPassThroughTheOriginalProcess() throws Exception {
        Program ended = talk();
        cluster.move(1, vpid(ended), 2);
        await().atMost(Program.PATIENCE).until(() -> ClusterOfThree.commandLine(ended.process.pid()).contains(" deputy "));
        // Not by the Process itself: that would close its streams, too.
        ended.process.toHandle().destroy();
        assertThat(ended.exitCode()).isEqualTo(143);
        assertThat(ended.out()).isEqualTo("ready\nhook\n");

        Program left = talk();
        cluster.move(1, vpid(left), 3);
        left.type("exit 42");
        assertThat(left.exitCode()).isEqualTo(42);

        Program died = talk();
        cluster.move(1, vpid(died), 2);
        died.type("throw");
        assertThat(died.exitCode()).isEqualTo(1);
        assertThat(died.err()).startsWith("Exception in thread \"main\" java.lang.IllegalStateException: as told\n");
    }

    @Test
    void whoWritesToAProgramThatClosedItsInputNoticesWhereverTheProgramIs() throws Exception {
        Program program = talk();
        int vpid = vpid(program);
        cluster.move(1, vpid, 2);
        assertThat(program.answer("add 1")).isEqualTo("sum 1");
        assertThat(program.answer("shut")).isEqualTo("shut");
        await().atMost(Program.PATIENCE).untilAsserted(() -> assertThatThrownBy(() -> program.type("add 2")).hasRootCauseMessage("Broken pipe"));
        cluster.move(3, vpid, 3);
        cluster.move(3, vpid, 1);
        assertThat(program.process.isAlive()).isTrue();
        assertThat(Files.readSymbolicLink(Path.of("/proc", Long.toString(program.process.pid()), "fd", "0"))).hasToString("/dev/null");
    }

    @Test
    void whatSignalsDoToItTravels() throws Exception {
        Program program = Program.ignoring("INT HUP", cluster.socket(1), classes, "Talk");
        programs.add(program);
        program.awaitOut("ready\n");
        assertThat(program.answer("handle USR1")).isEqualTo("handles USR1");
        int vpid = vpid(program);
        cluster.move(1, vpid, 2);
        for (String signal : List.of("-INT", "-HUP", "-USR1")) {
            ClusterOfThree.Said said = cluster.ask(3, "ssi-kill", signal, Integer.toString(vpid));
            assertThat(said.exitCode()).as(said.err()).isZero();
        }
        await().atMost(Program.PATIENCE).untilAsserted(() -> assertThat(program.err()).isEqualTo("got USR1\n"));
        program.signal("INT");
        assertThat(program.answer("add 1")).isEqualTo("sum 1");
        assertThat(program.answer("handle TERM")).isEqualTo("handles TERM");
        cluster.move(1, vpid, 1);
        for (String signal : List.of("INT", "HUP", "TERM")) {
            program.signal(signal);
        }
        await().atMost(Program.PATIENCE).untilAsserted(() -> assertThat(program.err()).isEqualTo("got USR1\nadded 1\ngot TERM\n"));
        assertThat(program.answer("add 2")).isEqualTo("sum 3");
        program.type("exit 4");
        assertThat(program.exitCode()).isEqualTo(4);
    }

    @Test
    @Tag("open")
    void aStackTraceMadeAfterAMoveHasTheFramesThatMoved() throws Exception {
        Program died = talk();
        cluster.move(1, vpid(died), 2);
        died.type("throw");
        assertThat(died.exitCode()).isEqualTo(1);
        assertThat(died.err()).contains("\n\tat Talk.main(Talk.java:");
    }

    @Test
    void killStopAndContReachAProcessThatMovedFromAnyNode() throws Exception {
        Program program = talk();
        int vpid = vpid(program);
        cluster.move(1, vpid, 2);
        assertThat(cluster.ask(3, "ssi-kill", "-STOP", Integer.toString(vpid)).exitCode()).isZero();
        await().atMost(Program.PATIENCE).untilAsserted(() -> assertThat(cluster.ps(1, "Talk"))
                .anySatisfy(row -> assertThat(row).containsEntry("vpid", (long) vpid).containsEntry("state", "STOPPED")));
        assertThat(cluster.ask(1, "ssi-migrate", Integer.toString(vpid), "3").err()).contains("process " + vpid + " is stopped; let it go on by: ssi-kill -CONT");
        assertThat(cluster.ask(1, "ssi-kill", "-CONT", Integer.toString(vpid)).exitCode()).isZero();
        assertThat(program.answer("add 5")).isEqualTo("sum 5");
        assertThat(cluster.ask(3, "ssi-kill", "-KILL", Integer.toString(vpid)).exitCode()).isZero();
        assertThat(program.exitCode()).isEqualTo(137);
        await().atMost(Program.PATIENCE).untilAsserted(() -> {
            for (int node = 1; node <= ClusterOfThree.NODES; node++) {
                assertThat(cluster.ps(node, "")).noneSatisfy(row -> assertThat(row).containsEntry("vpid", (long) vpid));
            }
        });
    }

    @Test
    void psIsTheSameOnEveryNode() throws Exception {
        Program one = talk();
        Program two = talk();
        cluster.move(1, vpid(two), 2);
        for (String option : List.of("--json", "--tree")) {
            await().atMost(Program.PATIENCE).untilAsserted(() -> {
                String asOneSees = cluster.ask(1, "ssi-ps", option).out();
                assertThat(asOneSees).contains("Talk");
                assertThat(cluster.ask(2, "ssi-ps", option).out()).isEqualTo(asOneSees);
                assertThat(cluster.ask(3, "ssi-ps", option).out()).isEqualTo(asOneSees);
            });
        }
        assertThat(one.process.isAlive()).isTrue();
    }

    @Test
    void aProgramMovesItselfAndIsToldOfARefusal() throws Exception {
        Path api = Path.of(System.getProperty("ssi.api.jar"));
        Program program = new Program(cluster.socket(1), classes, List.of("-Xbootclasspath/a:" + api), "Roam", "2", "99", "2", "3", "1");
        programs.add(program);
        assertThat(program.exitCode()).as(program.err()).isZero();
        List<String> lines = program.out().lines().toList();
        String number = lines.getFirst().replaceAll(".* ", "");
        assertThat(lines).hasSize(6);
        assertThat(lines.get(0)).isEqualTo("starts on 1 as " + number);
        assertThat(lines.get(1)).isEqualTo("now on 2 as " + number);
        assertThat(lines.get(2)).startsWith("refused on 2: ").contains("there is no node 99");
        assertThat(lines.get(3)).isEqualTo("now on 2 as " + number);
        assertThat(lines.get(4)).isEqualTo("now on 3 as " + number);
        assertThat(lines.get(5)).isEqualTo("now on 1 as " + number);
    }

    @Test
    void anOpenFileIsNamedAndKeepsTheProgramWhereItIs() throws Exception {
        Path file = Files.writeString(folder.resolve("opened.txt"), "text");
        Program program = talk();
        int vpid = vpid(program);
        assertThat(program.answer("open " + file)).isEqualTo("opened");
        ClusterOfThree.Said explained = cluster.ask(2, "ssi-migrate", "--explain", Integer.toString(vpid));
        assertThat(explained.exitCode()).as(explained.err()).isZero();
        assertThat(explained.out()).contains(file.toString());
        refused(cluster.ask(1, "ssi-migrate", Integer.toString(vpid), "2"), file.toString());
        assertThat(program.answer("add 1")).isEqualTo("sum 1");
        seenByAll(vpid, 1);
        assertThat(program.answer("close")).isEqualTo("closed");
        assertThat(cluster.ask(2, "ssi-migrate", "--explain", Integer.toString(vpid)).out()).contains("nothing keeps process " + vpid + " from moving");
        cluster.move(1, vpid, 2);
        assertThat(program.answer("add 1")).isEqualTo("sum 2");
    }

    private static void refused(ClusterOfThree.Said said, String why) {
        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.err()).startsWith("ssi-").contains(why);
    }

    private static void oneSentence(ClusterOfThree.Said said, int exitCode, String why) {
        assertThat(said.exitCode()).as(said.err()).isEqualTo(exitCode);
        assertThat(said.err()).startsWith("ssi-").contains(why).hasLineCount(1);
    }

    @Test
    void twoOrdersForOneProcessOneOfThemIsRefused() throws Exception {
        Program program = talk();
        int vpid = vpid(program);
        String number = Integer.toString(vpid);
        CompletableFuture<ClusterOfThree.Said> other = CompletableFuture.supplyAsync(() -> cluster.ask(2, "ssi-migrate", number, "2"));
        ClusterOfThree.Said one = cluster.ask(1, "ssi-migrate", number, "2");
        ClusterOfThree.Said two = other.join();
        assertThat(List.of(one.exitCode(), two.exitCode())).as(one + " " + two).containsExactlyInAnyOrder(0, 1);
        oneSentence(one.exitCode() == 1 ? one : two, 1, number);
        seenByAll(vpid, 2);
        assertThat(program.answer("add 1")).isEqualTo("sum 1");
    }
}
