package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ssi.core.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user can get wrong: one sentence, exit code 1 or 2, and the program in question runs on as if nothing had been asked. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {
    @TempDir
    static Path folder;

    private ClusterOfThree cluster;
    private Program program;
    private String vpid;
    private int sum;

    /** Node 3 has left in order; the program lives on node 1. */
    @BeforeAll
    void startAll() throws Exception {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        MoveBetweenNodesIT.compile(classes);
        cluster = new ClusterOfThree(folder);
        cluster.start();
        cluster.stop(3);
        program = new Program(cluster.socket(1), classes, List.of(), "Talk");
        program.awaitOut("ready\n");
        vpid = await().atMost(Program.PATIENCE).until(() -> cluster.ps(2, "Talk"), rows -> rows.size() == 1).getFirst().get("vpid").toString();
    }

    @AfterAll
    void endAll() throws IOException {
        if (program != null) {
            program.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    @AfterEach
    void theProgramLostNothing() {
        sum++;
        assertThat(program.answer("add 1")).isEqualTo("sum " + sum);
        assertThat(cluster.where(2, Integer.parseInt(vpid))).isEqualTo(1);
    }

    private ClusterOfThree.Said ask(int node, String line) {
        List<String> words = Stream.of(line.replace("$P", vpid).split(" ")).toList();
        return cluster.ask(node, words.getFirst(), words.subList(1, words.size()).toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            1 | ssi-migrate 1099999 2              | there is no process 1099999; ssi-ps shows all
            1 | ssi-migrate $P 9                 | there is no node '9'; ssi-cluster shows all
            1 | ssi-migrate $P nowhere           | there is no node 'nowhere'; ssi-cluster shows all
            1 | ssi-migrate $P 3                 | node 3 (n3) is LEFT; start its daemon again on its host (ssi-node start)
            1 | ssi-migrate $P 1                 | process $P is on node 1 already
            1 | ssi-migrate $P n1                | process $P is on node 1 already
            1 | ssi-migrate --wait 10m $P 2      | a wait of 600000 ms is longer than the 60000 ms that node 1 allows
            1 | ssi-migrate --explain 1099999      | there is no process 1099999
            1 | ssi-where 1099999                  | there is no process 1099999
            1 | ssi-kill 1099999                   | there is no process 1099999
            2 | ssi-migrate x 2                    | 'x' is not a VPID
            2 | ssi-migrate -- -5 2                | '-5' is not a VPID
            2 | ssi-migrate 99999999999 2          | '99999999999' is not a VPID
            2 | ssi-migrate $P                   | to which NODE shall process $P move?
            2 | ssi-migrate --wait soon $P 2     | 'soon' is not a time; write 500ms, 5s or 1m
            2 | ssi-migrate --wait 9999999m $P 2 | is no wait in ms
            2 | ssi-where x                        | 'x' is not a VPID
            2 | ssi-kill -NOSUCH $P              | 'NOSUCH' is no signal; use one of TERM, KILL
            2 | ssi-kill -99 $P                  | is no signal
            """)
    void isRefusedByOneSentence(int exitCode, String line, String why) {
        for (int node = 1; node <= 2; node++) {
            ClusterOfThree.Said said = ask(node, line);
            assertThat(said.err()).startsWith(line.substring(0, line.indexOf(' ')) + ": ").contains(why.replace("$P", vpid)).hasLineCount(1);
            assertThat(said.exitCode()).isEqualTo(exitCode);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ssi-migrate --explian $P | --explain
            ssi-migrate $P 2 3       | one argument too many
            ssi-ps --tre               | --tree
            ssi-ps --jsn               | --json
            ssi-cluster --histroy      | --history
            ssi-kill                   | VPID
            ssi-where                  | VPID
            """)
    void wrongUseNamesTheNearestAndTheHelp(String line, String hint) {
        ClusterOfThree.Said said = ask(1, line);
        assertThat(said.err()).contains(hint).contains("; see: " + line.split(" ")[0] + " --help").hasLineCount(1).doesNotContain("Exception");
        assertThat(said.exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssi-migrate $P 2", "ssi-ps", "ssi-where $P", "ssi-kill $P", "ssi-cluster"})
    void withoutADaemon(String line) {
        ClusterOfThree.Said said = ask(3, line);
        assertThat(said.err()).contains("no node daemon listens at " + cluster.socket(3), "start one with: ssi-node start").hasLineCount(1);
        assertThat(said.exitCode()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssi-ps --json", "ssi-ps --json --tree", "ssi-where --json $P", "ssi-cluster --json", "ssi-cluster --history --json",
        "ssi-migrate --explain --json $P"})
    void jsonIsJson(String line) {
        ClusterOfThree.Said said = ask(2, line);
        assertThat(said.exitCode()).as(said.err()).isZero();
        assertThat(said.out().lines()).isNotEmpty().allSatisfy(each -> assertThat(Json.parse(each)).isNotNull());
    }

    /** The commands look for a JDK 25 beside any other that is set. */
    @Test
    void javaHomeOfAnotherJdk() throws Exception {
        Path other = Files.createDirectories(folder.resolve("jdk17/bin"));
        Files.writeString(other.resolve("java"), "#!/bin/sh\necho wrong\nexit 3\n");
        Files.writeString(other.resolve("javac"), "#!/bin/sh\nexit 3\n");
        Files.writeString(other.resolveSibling("release"), "JAVA_VERSION=\"17.0.1\"\n");
        Stream.of("java", "javac").forEach(name -> other.resolve(name).toFile().setExecutable(true));
        ProcessBuilder command = new ProcessBuilder(Path.of("..", "bin", "ssi-where").toString(), "-s", cluster.socket(1).toString(), vpid).redirectErrorStream(true);
        command.environment().put("JAVA_HOME", other.getParent().toString());
        Process where = command.start();
        assertThat(new String(where.getInputStream().readAllBytes())).startsWith(vpid + " is on node 1").hasLineCount(1);
        assertThat(where.waitFor()).isZero();
    }
}
