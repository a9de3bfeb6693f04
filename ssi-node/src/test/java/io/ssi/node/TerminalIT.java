package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The terminal of a program that moved, while daemons are killed and started again. */
@Timeout(180)
class TerminalIT {
    @TempDir
    Path folder;

    private ClusterOfThree cluster;
    private Program program;

    @BeforeEach
    void startNodesAndAProgram() throws Exception {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        MoveBetweenNodesIT.compile(classes);
        cluster = new ClusterOfThree(folder);
        cluster.start();
        program = new Program(cluster.socket(1), classes, List.of(), "Talk");
        program.awaitOut("ready\n");
    }

    @AfterEach
    void stop() throws IOException {
        program.close();
        cluster.close();
    }

    private int vpid() {
        return await().atMost(Program.PATIENCE).until(() -> cluster.ps(2, "Talk").stream().map(row -> ((Long) row.get("vpid")).intValue())
                .findAny().orElse(0), number -> number != 0);
    }

    @Test
    void aKilledDaemonAtEitherEndOnlyDelaysWhatIsSaid() throws Exception {
        int vpid = vpid();
        cluster.move(1, vpid, 2);
        assertThat(program.answer("add 1")).isEqualTo("sum 1");
        cluster.kill(2);
        program.type("add 2");
        cluster.start(2);
        program.awaitOut("sum 3\n");
        cluster.kill(1);
        program.type("add 4");
        cluster.start(1);
        program.awaitOut("sum 7\n");
        program.type("exit 6");
        assertThat(program.exitCode()).as(program.err()).isEqualTo(6);
        assertThat(program.out()).isEqualTo("ready\nsum 1\nsum 3\nsum 7\nhook\n");
        // A daemon that takes long to come back is spoken of, once, by the deputy.
        assertThat(program.err().lines().filter(line -> !line.startsWith("ssi: the node daemon at "))).containsExactly("added 1", "added 2", "added 4");
    }

    /** What the program says on standard error to this line. */
    private String said(String line) {
        int before = program.err().length();
        program.type(line);
        return await().atMost(Program.PATIENCE).until(() -> program.err().substring(before).lines().filter(each -> !each.startsWith("ssi: "))
                .findFirst().orElse(""), answer -> !answer.isEmpty());
    }

    @Test
    void aReaderThatIsGoneIsNoticedByTheProgramWhereverItGoes() throws Exception {
        int vpid = vpid();
        assertThat(said("check")).isEqualTo("no error");
        cluster.move(1, vpid, 2);
        program.hangUp();
        await().atMost(Program.PATIENCE).until(() -> said("write").equals("not written: Broken pipe"));
        assertThat(said("check")).isEqualTo("error");
        cluster.move(1, vpid, 3);
        assertThat(said("write")).as("the first write after a move").isEqualTo("not written: Broken pipe");
        cluster.kill(1, 3);
        cluster.start(1);
        cluster.start(3);
        assertThat(said("write")).isEqualTo("not written: Broken pipe");
        cluster.move(1, vpid, 1);
        assertThat(said("write")).isEqualTo("not written: Broken pipe");
        // From home it leaves with nothing but the real output, which is broken still.
        cluster.move(2, vpid, 2);
        await().atMost(Program.PATIENCE).until(() -> said("write").equals("not written: Broken pipe"));
        program.type("exit 6");
        assertThat(program.exitCode()).as(program.err()).isEqualTo(6);
    }
}
