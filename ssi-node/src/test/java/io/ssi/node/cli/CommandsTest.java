package io.ssi.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ssi.core.error.SsiException;
import io.ssi.core.json.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandsTest {
    /** A label may have 63 letters: no name server is asked. */
    private static final String NO_HOST = "x".repeat(64) + ".invalid";
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.run(arguments, new PrintWriter(out), new PrintWriter(err));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssi-ps", "ssi-cluster", "ssi-where", "ssi-kill", "ssi-wait", "ssi-migrate", "ssi-node"})
    void helpHasAnExample(String command) {
        assertThat(run(command, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: " + command).contains("Example").doesNotContain("Usage: Usage");
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "stop", "status", "join", "config"})
    void helpOfAVerbHasAnExample(String verb) {
        assertThat(run("ssi-node", verb, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: ssi-node " + verb, "Example", "  ssi-node " + verb);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ssi-ps --tre                | there is no option '--tre'; did you mean --tree?; see: ssi-ps --help
            ssi-ps --tre=1              | there is no option '--tre'; did you mean --tree?; see: ssi-ps --help
            ssi-ps --tree=1             | option --tree takes no value; see: ssi-ps --help
            ssi-where --zzzzzzzz 1      | there is no option '--zzzzzzzz'; there are --socket, --help, --json; see: ssi-where --help
            ssi-ps a b                  | 'b' is one argument too many; it takes TEXT; see: ssi-ps --help
            ssi-cluster x               | 'x' is one argument too many; ssi-cluster takes none; see: ssi-cluster --help
            ssi-migrate 1000001 2 3     | '3' is one argument too many; it takes VPID NODE; see: ssi-migrate --help
            ssi-migrate --wait          | option --wait wants a value, TIME; see: ssi-migrate --help
            ssi-migrate                 | VPID is missing; see: ssi-migrate --help
            ssi-kill                    | VPID is missing; see: ssi-kill --help
            ssi-kill -KILL              | VPID is missing; see: ssi-kill --help
            ssi-kill -- -5              | '-5' is not a VPID (node x 1000000 + sequence, for example 3000017)
            ssi-wait                    | VPID is missing; see: ssi-wait --help
            ssi-where                   | VPID is missing; see: ssi-where --help
            ssi-node                    | say what to do: start, stop, status, join or config; see: ssi-node --help
            ssi-node frob               | there is no verb 'frob'; there are config, join, start, status, stop; see: ssi-node --help
            ssi-node statr              | there is no verb 'statr'; did you mean start?; see: ssi-node --help
            ssi-node join               | HOST:PORT is missing; see: ssi-node join --help
            ssi-node stop now           | 'now' is one argument too many; ssi-node stop takes none; see: ssi-node stop --help
            ssi-node start -o           | option -o wants a value, KEY=VALUE; see: ssi-node start --help
            """)
    void wrongUseIsOneSentenceWithWhatIsRight(String line, String sentence) {
        String[] words = line.split(" ");
        assertThat(run(words)).isEqualTo(2);
        assertThat(err.toString()).isEqualTo(words[0] + ": " + sentence + "\n");
    }

    @Test
    void aJoinOfAnUnknownHostIsRefusedBeforeAnythingIsDone(@TempDir Path folder) {
        assertThat(run("ssi-node", "join", NO_HOST + ":7700", "-o", "state-dir=" + folder.resolve("state"))).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("ssi-node: no address is known for the host of " + NO_HOST + ":7700; check its name\n");
        assertThat(folder.resolve("state")).doesNotExist();
    }

    @Test
    void wrongUseOfWhatWasParsed() {
        assertThat(run("ssi-migrate", "1000001")).isEqualTo(2);
        assertThat(run("ssi-migrate", "--wait", "soon", "1000001", "2")).isEqualTo(2);
        assertThat(run("ssi-nothing")).isEqualTo(2);
    }

    @Test
    void withoutADaemonOneSentenceSaysHowToStartOne(@TempDir Path folder) {
        assertThat(run("ssi-ps", "-s", folder.resolve("no.sock").toString())).isEqualTo(1);
        assertThat(err.toString()).startsWith("ssi-ps: no node daemon listens at " + folder).endsWith("ssi-node start -o socket=" + folder.resolve("no.sock") + "\n").hasLineCount(1);
        assertThat(run("ssi-ps", "-s", folder.resolve("daemon.sock").toString())).isEqualTo(1);
        assertThat(err.toString()).endsWith("ssi-node start -o state-dir=" + folder + "\n");
        assertThat(run("ssi-node", "stop", "-s", folder + "/daemon.sock")).isEqualTo(1);
        assertThat(err.toString()).contains("listens at " + folder + "/daemon.sock");
        assertThat(run("ssi-node", "stop", "-o", "state-dir=" + folder)).isEqualTo(1);
        assertThat(err.toString()).endsWith("ssi-node start -o state-dir=" + folder + "\n");
    }

    @Test
    void signalsAreGivenLikeToKill() {
        assertThat(KillCommand.prepare(new String[] {"-KILL", "1"})).containsExactly("--signal=KILL", "1");
        assertThat(KillCommand.prepare(new String[] {"-s", "x", "-9", "1"})).containsExactly("-s", "x", "--signal=9", "1");
        assertThat(run("ssi-kill", "-NOSUCH", "1000001")).isEqualTo(2);
        assertThat(err.toString()).contains("'NOSUCH' is no signal; use one of TERM, KILL");
    }

    @Test
    void numbersAndStatesAreCheckedBeforeAnythingIsDone(@TempDir Path folder) {
        String socket = folder.resolve("no.sock").toString();
        for (String command : List.of("ssi-kill", "ssi-wait")) {
            assertThat(run(command, "-s", socket, "1000001", "17x")).isEqualTo(2);
            assertThat(err.toString()).contains(command + ": '17x' is not a VPID");
        }
        assertThat(run("ssi-ps", "-s", socket, "--state", "sleeping")).isEqualTo(2);
        assertThat(err.toString()).endsWith("ssi-ps: 'sleeping' is no state of a process; use one of running, stopped, moving, zombie, undecided\n");
        assertThat(run("ssi-ps", "-s", socket, "--state", "Stopped")).isEqualTo(1);
        assertThat(run("ssi-kill", "-s", socket, "-0", "1000001")).isEqualTo(1);
    }

    @Test
    void anEndedProcessShowsHowItEnded() {
        Map<String, Object> exited = row(1000001, 0, 1, "ZOMBIE", "Main");
        exited.put("exit", Json.object("status", 3L, "signal", 0L, "cause", ""));
        Map<String, Object> killed = row(1000002, 0, 1, "ZOMBIE", "Main");
        killed.put("exit", Json.object("status", 137L, "signal", 9L, "cause", ""));
        assertThat(ps("-a").lines(List.of(exited, killed), 4_000_000, ZoneOffset.UTC)).element(1).asString().contains(" zombie 3 ");
        assertThat(ps("-a").lines(List.of(exited, killed), 4_000_000, ZoneOffset.UTC)).element(2).asString().contains(" zombie KILL ");
    }

    @Test
    void timesMayHaveUnits() {
        assertThat(List.of(MigrateCommand.millis("500ms"), MigrateCommand.millis("5s"), MigrateCommand.millis("2m"), MigrateCommand.millis("7")))
                .containsExactly(500L, 5_000L, 120_000L, 7_000L);
        assertThatThrownBy(() -> MigrateCommand.millis("5h")).isInstanceOf(SsiException.class);
    }

    private static Map<String, Object> row(int vpid, int parent, int node, String state, String command) {
        return Json.object("vpid", (long) vpid, "parent", (long) parent, "node", (long) node, "origin", 1L, "osPid", 4711L, "user", "ann", "state", state,
                "threads", 12L, "cpuMillis", 61_230L, "heapBytes", 5L << 20, "startMillis", 3_723_000L, "command", command);
    }

    private static PsCommand ps(String... arguments) {
        PsCommand command = new PsCommand();
        new CommandLine(command).parseArgs(arguments);
        return command;
    }

    private static final List<Map<String, Object>> ROWS = List.of(row(1000001, 0, 1, "RUNNING", "Main a"), row(1000002, 1000003, 2, "STOPPED", "Grandchild"),
            row(1000003, 1000001, 2, "MOVING", "Child"), row(1000004, 1000009, 3, "ZOMBIE", "Dead"));

    @Test
    void aTableIsAlignedAndATreeIndented() {
        assertThat(ps("--tree", "-a").lines(ROWS, 4_000_000, ZoneOffset.UTC)).containsExactly(
                "   VPID   PARENT  NODE  ORIGIN  OSPID  USER  STATE    THREADS      CPU  HEAP  START     COMMAND",
                "1000001        -     1       1   4711  ann   running       12  1:01.23    5M  01:02:03  Main a",
                "1000003  1000001     2       1   4711  ann   moving        12  1:01.23    5M  01:02:03    Child",
                "1000002  1000003     2       1   4711  ann   stopped       12  1:01.23    5M  01:02:03      Grandchild",
                "1000004  1000009     3       1   4711  ann   zombie        12  1:01.23    5M  01:02:03  Dead");
    }

    @Test
    void whatIsNotKnownIsNoNumber() {
        Map<String, Object> untold = row(1000001, 0, 1, "STOPPED", "Main");
        untold.put("threads", 0L);
        untold.put("heapBytes", 0L);
        assertThat(ps().lines(List.of(untold), 4_000_000, ZoneOffset.UTC)).element(1).isEqualTo("1000001       -     1       1   4711  ann   stopped        -  1:01.23     -  01:02:03  Main");
        assertThat(PsCommand.unseen(List.of(Json.object("node", 1L, "name", "a", "state", "UP", "uptimeMillis", 5L), Json.object("node", 2L, "name", "b", "state", "UP"),
                Json.object("node", 3L, "name", "c", "state", "JOINING"), Json.object("node", 4L, "name", "d", "state", "LEFT")), null)).containsExactly(
                "node 2 (b) has not told of itself yet; what may run there is not shown", "node 3 (c) is JOINING; what may run there is not shown",
                "node 4 (d) is LEFT; what may run there is not shown");
    }

    @Test
    void filtersMeetAll() {
        assertThat(wanted(ps(), null)).containsExactly("Main a", "Grandchild", "Child");
        assertThat(wanted(ps("--node", "2", "Gr"), "2")).containsExactly("Grandchild");
        assertThat(wanted(ps("--state", "zombie"), null)).containsExactly("Dead");
        assertThat(wanted(ps("-u", "bob"), null)).isEmpty();
    }

    private static List<String> wanted(PsCommand command, String node) {
        return ROWS.stream().filter(row -> command.wanted(row, node)).map(row -> (String) row.get("command")).toList();
    }

    @Test
    void theClusterAndItsHistoryArePrinted() {
        Map<String, Object> node = Json.object("node", 1L, "name", "one", "address", "10.0.0.1:7700", "state", "UP", "uptimeMillis", 90_061_000L, "load", 0.5,
                "processes", 2L, "self", true);
        Map<String, Object> down = Json.object("node", 2L, "name", "two", "address", "10.0.0.2:7700", "state", "DOWN", "uptimeMillis", null, "load", null,
                "processes", null, "self", false);
        Map<String, Object> refusal = Json.object("atMillis", 0L, "address", "10.0.0.9:1", "reason", "another key");
        assertThat(ClusterCommand.lines(Json.object("nodes", List.of(node, down), "refused", List.of(refusal)), ZoneOffset.UTC)).containsExactly(
                "NODE  NAME  ADDRESS        STATE  UPTIME  LOAD  PROCESSES",
                "   1  one   10.0.0.1:7700  UP      1d01h   0.5          2  this host",
                "   2  two   10.0.0.2:7700  DOWN        -     -          -",
                "refused: 1970-01-01 00:00:00.000  10.0.0.9:1  another key");
        assertThat(ClusterCommand.historyLines(List.of(Json.object("atMillis", 1L, "node", 2L, "from", "UP", "to", "DOWN", "cause", "gone")), ZoneOffset.UTC))
                .containsExactly("TIME                     NODE  FROM  TO    CAUSE", "1970-01-01 00:00:00.001     2  UP    DOWN  gone");
    }

    @Test
    void aMoveIsToldWithTheParts() {
        Map<String, Object> result = Json.object("vpid", 1000001L, "from", 1L, "to", 2L, "pauseMicros", 123_456L, "parts",
                Json.object("freezeMicros", 1_500L, "captureMicros", 20_000L), "imageBytes", 2L << 20, "objects", 100L, "threads", 3L);
        assertThat(MigrateCommand.summary(result)).containsExactly("process 1000001 moved from node 1 to node 2; pause 123 ms",
                "  freeze 1.5 ms, capture 20.0 ms", "  image 2M, 100 objects, 3 threads");
        assertThat(MigrateCommand.explanation("7", Json.object("pins", List.of("thread main is in native code")))).containsExactly(
                "process 7 cannot move now, because of:", "  thread main is in native code");
        assertThat(MigrateCommand.refusal("7", "thread main is in native code\na file is open")).isEqualTo(
                "process 7 did not move and goes on where it is, because of:\n  thread main is in native code\n  a file is open");
        assertThat(MigrateCommand.refusal("7", "a file is open")).isEqualTo("process 7 did not move and goes on where it is: a file is open");
        assertThat(MigrateCommand.refusal("7", "process 7 is stopped; let it go on")).isEqualTo("process 7 is stopped; let it go on");
    }
}
