package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The terminal of a program that moved, while daemons are killed and started again. */
@Timeout(300)
class TerminalIT {
    @TempDir
    Path folder;

    private ClusterOfThree cluster;
    private Program program;
    private int vpid;

    /** A program on node 1, which has said that it is ready. Daemons are started again on a busy host. */
    private void start(int lostMillis) throws Exception {
        start(lostMillis, "PIPE");
    }

    private void start(int lostMillis, String ignored) throws Exception {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        MoveBetweenNodesIT.compile(classes);
        cluster = new ClusterOfThree(folder);
        for (int node = 1; node <= ClusterOfThree.NODES; node++) {
            cluster.set(node, "lost-millis=" + lostMillis);
        }
        cluster.start();
        program = Program.ignoring(ignored, cluster.socket(1), classes, "Talk");
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
    void aDaemonThatIsKilledOrStoppedAtEitherEndOnlyDelaysWhatIsSaid() throws Exception {
        start(600_000);
        int vpid = vpid();
        CompletableFuture<ClusterOfThree.Said> waits = waits(vpid);
        cluster.move(1, vpid, 2);
        assertThat(program.answer("add 1")).isEqualTo("sum 1");
        Path enough = folder.resolve("enough");
        program.type("tick " + enough + " 6");
        program.awaitOut("tick 100\n");
        cluster.kill(2);
        program.type("add 2");
        cluster.start(2);
        program.awaitOut("sum 3\n");
        cluster.kill(1);
        program.type("add 4");
        cluster.start(1);
        program.awaitOut("sum 7\n");
        cluster.stop(1);
        cluster.start(1);
        cluster.stop(2);
        // It ends while nobody is there to hear of it.
        Files.createFile(enough);
        await().atMost(Program.PATIENCE).until(() -> cluster.osProcesses("landing=").isEmpty());
        assertThat(program.process.isAlive()).isTrue();
        cluster.start(2);
        assertThat(program.exitCode()).as(program.err()).isEqualTo(6);
        Map<Boolean, List<String>> lines = program.out().lines().collect(Collectors.partitioningBy(line -> line.startsWith("tick ")));
        assertThat(lines.get(false)).containsExactly("ready", "sum 1", "sum 3", "sum 7", "hook");
        assertThat(lines.get(true)).isEqualTo(IntStream.range(0, lines.get(true).size()).mapToObj(i -> "tick " + i).toList());
        assertThat(program.out()).endsWith("hook\n");
        assertThat(waits.get(30, TimeUnit.SECONDS).exitCode()).isEqualTo(6);
        await().atMost(Program.PATIENCE).untilAsserted(() -> assertThat(cluster.state(2).resolve("kept")).isEmptyDirectory());
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
    void aReaderThatIsGoneIsNoticedByTheProgramWhereverItGoesAndAnIgnoredSignalStaysIgnored() throws Exception {
        start(600_000, "USR1");
        int vpid = vpid();
        assertThat(said("check")).isEqualTo("no error");
        cluster.move(1, vpid, 2);
        program.hangUp();
        await().atMost(Program.PATIENCE).until(() -> said("write").equals("not written: Broken pipe"));
        assertThat(said("check")).isEqualTo("error");
        program.signal("USR1");
        cluster.move(1, vpid, 3);
        assertThat(said("write")).as("the first write after a move").isEqualTo("not written: Broken pipe");
        cluster.kill(1, 3);
        cluster.start(1);
        cluster.start(3);
        assertThat(said("write")).isEqualTo("not written: Broken pipe");
        cluster.move(1, vpid, 1);
        assertThat(said("write")).isEqualTo("not written: Broken pipe");
        program.signal("USR1");
        assertThat(said("write")).isEqualTo("not written: Broken pipe");
        // From home it leaves with nothing but the real output, which is broken still.
        cluster.move(2, vpid, 2);
        await().atMost(Program.PATIENCE).until(() -> said("write").equals("not written: Broken pipe"));
        program.type("exit 6");
        assertThat(program.exitCode()).as(program.err()).isEqualTo(6);
    }

    /** Node 3 is asked, which has nothing to do with it. */
    private CompletableFuture<ClusterOfThree.Said> waits(int vpid) {
        return CompletableFuture.supplyAsync(() -> cluster.ask(3, "ssi-wait", "--json", Integer.toString(vpid)), Thread::startVirtualThread);
    }

    private void saysWhereItIs(ClusterOfThree.Said said) {
        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.err()).contains(": process " + vpid + " is on node 2, which is LEFT: it is out of reach until").hasLineCount(1);
    }

    @Test
    void aSignalWaitsForTheNodeOfTheProcess() throws Exception {
        start(600_000);
        vpid = vpid();
        cluster.move(1, vpid, 2);
        await().atMost(Program.PATIENCE).until(() -> ClusterOfThree.commandLine(program.process.pid()).contains(" deputy "));
        assertThat(program.answer("add 1")).isEqualTo("sum 1");
        cluster.stop(2);
        String number = Integer.toString(vpid);
        await().atMost(Program.PATIENCE).until(() -> cluster.ask(1, "ssi-ps").err().contains("node 2 (n2) is LEFT; what may run there is not shown"));
        CompletableFuture<ClusterOfThree.Said> waits = waits(vpid);
        program.process.toHandle().destroy();
        for (int asked : new int[] {1, 3}) {
            saysWhereItIs(cluster.ask(asked, "ssi-where", number));
            saysWhereItIs(cluster.ask(asked, "ssi-kill", number));
            saysWhereItIs(cluster.ask(asked, "ssi-migrate", number, "1"));
        }
        assertThat(program.process.isAlive()).isTrue();
        // Who waits also waits for the daemon that it asked.
        cluster.kill(3);
        cluster.start(3);
        cluster.start(2);
        assertThat(program.exitCode()).as(program.err()).isEqualTo(143);
        assertThat(program.out()).isEqualTo("ready\nsum 1\nhook\n");
        ClusterOfThree.Said end = waits.get(30, TimeUnit.SECONDS);
        assertThat(end.exitCode()).as(end.toString()).isEqualTo(143);
        assertThat(end.err()).contains("which is LEFT", "ssi-wait: the node daemon at " + cluster.socket(3) + " is gone; waiting until one is back\n");
    }

    private void awaitState(String process, boolean terminalStopped) {
        await().atMost(Program.PATIENCE).until(() -> cluster.ps(3, "Talk").stream().map(row -> row.get("state")).toList().equals(List.of(process))
                && (Files.readString(Path.of("/proc", Long.toString(program.process.pid()), "stat")).contains(") T ") == terminalStopped));
    }

    @Test
    void ctrlZStopsTheProgramWhereverItIsAndOtherSignalsReachItToo() throws Exception {
        start(600_000);
        vpid = vpid();
        cluster.move(1, vpid, 2);
        await().atMost(Program.PATIENCE).until(() -> ClusterOfThree.commandLine(program.process.pid()).contains(" deputy "));
        assertThat(program.answer("add 1")).isEqualTo("sum 1");
        program.signal("TSTP");
        awaitState("STOPPED", true);
        program.type("add 2");
        program.signal("CONT");
        program.awaitOut("sum 3\n");
        awaitState("RUNNING", false);
        program.signal("STOP"); // which nobody can hear
        awaitState("STOPPED", true);
        program.signal("CONT");
        awaitState("RUNNING", false);
        assertThat(program.answer("handle TSTP")).isEqualTo("handles TSTP");
        program.signal("TSTP");
        await().atMost(Program.PATIENCE).until(() -> program.err().contains("got TSTP\n"));
        program.signal("QUIT");
        program.awaitOut("Full thread dump");
        assertThat(said("add 4")).isEqualTo("added 4");
        // Home again it is the shell's own, and stops as any program.
        cluster.move(3, vpid, 1);
        assertThat(said("add 5")).isEqualTo("added 5");
        program.signal("TSTP");
        await().atMost(Program.PATIENCE).until(() -> program.err().indexOf("got TSTP\n") < program.err().lastIndexOf("got TSTP\n"));
        program.signal("STOP");
        awaitState("STOPPED", true);
        program.signal("CONT");
        awaitState("RUNNING", false);
        cluster.move(2, vpid, 3);
        await().atMost(Program.PATIENCE).until(() -> ClusterOfThree.commandLine(program.process.pid()).contains(" deputy "));
        program.signal("USR1");
        assertThat(program.exitCode()).as(program.err()).isEqualTo(138);
    }

    @Test
    void whoWaitsIsToldOfALoss() throws Exception {
        start(1000);
        int vpid = vpid();
        cluster.move(1, vpid, 2);
        String number = Integer.toString(vpid);
        assertThat(cluster.ask(2, "ssi-wait", "--timeout", "100ms", number).exitCode()).isEqualTo(124);
        CompletableFuture<ClusterOfThree.Said> waits = waits(vpid);
        cluster.kill(2);
        cluster.osProcesses("landing=").forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        assertThat(program.exitCode()).isEqualTo(255);
        assertThat(program.err()).endsWith("ssi: process " + vpid + " ended: node 2 was lost\n");
        ClusterOfThree.Said end = waits.get(30, TimeUnit.SECONDS);
        assertThat(end.exitCode()).as(end.toString()).isEqualTo(255);
        assertThat(end.out()).isEqualTo("{\"status\":255,\"signal\":0,\"cause\":\"node 2 was lost\",\"vpid\":" + vpid + "}\n");
        assertThat(end.err()).endsWith("ssi-wait: process " + vpid + ": node 2 was lost\n");
        ClusterOfThree.Said none = cluster.ask(3, "ssi-wait", number, "1099999");
        assertThat(none.exitCode()).isEqualTo(127);
        assertThat(none.err()).endsWith("ssi-wait: there is no process 1099999; ssi-ps shows all\n");
    }
}
