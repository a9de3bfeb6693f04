package io.ssi.vproc.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ssi.core.cluster.Membership;
import io.ssi.core.id.VPid;
import io.ssi.core.wire.KeptFolder;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.RowCodec;
import io.ssi.vproc.Signals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a moved process's terminal when links and daemons on the way to it fail. */
@Timeout(60)
class BrokenTerminalIT extends MovedProcess {
    private static final int LINES = 40_000;

    /** Prints in ten parts, the next one when there is a file with its number. */
    private String printsInParts() {
        return "i=0; while [ $i -lt " + LINES + " ]; do echo line $i; i=$((i+1)); "
                + "if [ $((i % " + LINES / 10 + ")) -eq 0 ]; then until [ -e part$((i / " + LINES / 10 + ")) ]; do sleep 0.01; done; fi; done; exit 5";
    }

    private static String lines(int count) {
        return IntStream.range(0, count).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
    }

    private void print(int part) throws Exception {
        Files.createFile(folder.resolve("part" + part));
    }

    private void awaitOutput(String shown) {
        await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(deputy.output()).hasSize(shown.length()));
        assertThat(deputy.output()).isEqualTo(shown);
    }

    private void awaitExit(int status) {
        awaitExit(status, 0);
    }

    private void awaitExit(int status, int signal) {
        await().atMost(30, TimeUnit.SECONDS).until(() -> !deputy.sent(LinkMessage.Exit.class).isEmpty());
        assertThat(deputy.sent(LinkMessage.Exit.class)).containsExactly(new LinkMessage.Exit(status, signal));
    }

    @Test
    void outputIsWholeAndOnceHoweverOftenTheLinkBreaks() throws Exception {
        move(1, 2, printsInParts());
        for (int part = 1; part <= 10; part++) {
            network.cut(nodes.get(0).transport(), nodes.get(1).transport());
            print(part);
            network.heal(nodes.get(0).transport(), nodes.get(1).transport());
        }
        awaitExit(5);
        assertThat(deputy.output()).isEqualTo(lines(LINES));
    }

    @Test
    void outputIsWholeAndOnceWhenTheTerminalsDaemonIsKilled() throws Exception {
        move(1, 2, printsInParts());
        String shown = lines(LINES / 10);
        awaitOutput(shown);
        restartFirst();
        FakeLink before = deputy;
        print(1);
        print(2);
        connectDeputy();
        // It says how far it has shown the output.
        LinkMessage.Stdio last = before.sent(LinkMessage.Stdio.class).getLast();
        deputy.say(new LinkMessage.StdioAck(1, last.incarnation(), shown.length()));
        deputy.say(new LinkMessage.StdioAck(2, 0, 0));
        awaitOutput(lines(LINES * 3 / 10).substring(shown.length()));
    }

    @Test
    void whatIsAcknowledgedByNobodyIsShownByTheNextDaemon() throws Exception {
        deputyConnectsAtOnce = false;
        move(1, 2, "echo in between; exec sleep 1000");
        deputy = new FakeLink(source.osPid());
        deputy.acknowledges = false;
        nodes.getFirst().deputies.hello(FakeNode.hello(LinkMessage.Role.DEPUTY, deputyToken, deputy, 0, 0), deputy, "n1");
        awaitOutput("in between\n");
        restartFirst();
        connectDeputy();
        deputy.say(new LinkMessage.StdioAck(1, 0, 0));
        deputy.say(new LinkMessage.StdioAck(2, 0, 0));
        awaitOutput("in between\n");
    }

    /** More than the daemon keeps of a running program: what is still in the pipe has no other holder once its writer has ended. */
    @Test
    void whatAnEndedProgramHadInItsPipeIsThereAfterARestart() throws Exception {
        deputyConnectsAtOnce = false;
        int bytes = OutputSender.KEPT_BYTES_MAX + 40_000;
        move(1, 2, "head -c " + bytes + " /dev/zero | tr '\\0' x; exit 6");
        deputy = new FakeLink(source.osPid());
        deputy.acknowledges = false;
        nodes.getFirst().deputies.hello(FakeNode.hello(LinkMessage.Role.DEPUTY, deputyToken, deputy, 0, 0), deputy, "n1");
        Path kept = folder.resolve("n2/kept");
        KeptFolder its = new KeptFolder(kept, vpid.value(), 2);
        await().atMost(30, TimeUnit.SECONDS).until(() -> its.end(1) == bytes);
        restart(2, () -> { });
        connectDeputy();
        awaitExit(6);
        assertThat(deputy.output()).isEqualTo("x".repeat(bytes));
        shells.getFirst().destroyForcibly().waitFor();
        deputy.close();
        await().atMost(30, TimeUnit.SECONDS).until(() -> !its.exists());
    }

    private List<Integer> toldBroken(int node) {
        return ((FakeLink) nodes.get(node - 1).service.local(vpid).orElseThrow().link()).sent(LinkMessage.StdioBroken.class).stream()
                .map(LinkMessage.StdioBroken::fd).toList();
    }

    @Test
    void aProgramIsToldThatItsOutputCanGoNowhereWhereverItIs() throws Exception {
        String talks = "until [ -e stop ]; do echo tick; sleep 0.05; done; exit 4";
        move(1, 2, talks);
        awaitSome();
        deputy.say(new LinkMessage.StdioBroken(1));
        // Once more whenever it writes, because that word may be lost.
        await().atMost(20, TimeUnit.SECONDS).until(() -> toldBroken(2).size() > 2);
        ProcessHandle two = ProcessHandle.of(nodes.get(1).service.row(vpid).orElseThrow().osPid()).orElseThrow();
        move(2, 3, talks);
        two.destroyForcibly();
        await().atMost(20, TimeUnit.SECONDS).until(() -> toldBroken(3).size() > 2);
        restartFirst();
        connectDeputy();
        deputy.say(new LinkMessage.StdioAck(1, 3, 0));
        deputy.say(new LinkMessage.StdioBroken(1));
        deputy.say(new LinkMessage.StdioAck(2, 3, 0));
        int before = toldBroken(3).size();
        await().atMost(20, TimeUnit.SECONDS).until(() -> toldBroken(3).size() > before + 2);
        assertThat(toldBroken(3)).containsOnly(1);
        Files.createFile(folder.resolve("stop"));
        awaitExit(4);
    }

    private void awaitSome() {
        await().atMost(30, TimeUnit.SECONDS).until(() -> !deputy.output().isEmpty());
    }

    /** One that lives is waited for: it may be stopped. */
    @Test
    void aDeputyThatWasKilledWhileItsDaemonWasAwayHoldsNothingUp() throws Exception {
        move(1, 2, "until [ -e killed ]; do sleep 0.02; done; head -c 2000000 /dev/zero; touch written; exec sleep 1000");
        shells.getFirst().destroyForcibly().waitFor();
        restartFirst();
        Files.createFile(folder.resolve("killed"));
        await().atMost(20, TimeUnit.SECONDS).until(() -> Files.exists(folder.resolve("written")));
        FakeLink two = (FakeLink) nodes.get(1).service.local(vpid).orElseThrow().link();
        two.say(new LinkMessage.StdinWant(0, 100));
        await().atMost(20, TimeUnit.SECONDS).until(() -> !two.sent(LinkMessage.Stdin.class).isEmpty());
    }

    @Test
    void anOutputThatTheDiskHasDamagedKeepsNoEndFromBeingTold() throws Exception {
        deputyConnectsAtOnce = false;
        move(1, 2, "echo damaged; exit 4");
        KeptFolder its = new KeptFolder(folder.resolve("n2/kept"), vpid.value(), 2);
        await().atMost(20, TimeUnit.SECONDS).until(() -> its.end(1) == "damaged\n".length() && keptRow(its).exit().isPresent());
        restart(2, () -> {
            try {
                Files.delete(its.part(1, 0));
                Files.createDirectory(its.part(1, 0)); // has a length, and cannot be read
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        connectDeputy();
        awaitExit(4);
    }

    private static ProcessRow keptRow(KeptFolder its) throws IOException {
        byte[] row = its.row().orElseThrow();
        return RowCodec.decode(Arrays.copyOfRange(row, Long.BYTES, row.length));
    }

    /** As after a disk that was full when it came and had room later. */
    @Test
    void outputThatNoRowSaysWhoseItIsStaysAndTheRowComesLater() throws Exception {
        deputyConnectsAtOnce = false;
        KeptFolder its = new KeptFolder(folder.resolve("n2/kept"), vpid.value(), 2);
        Path inTheWay = its.part(1, 0).resolveSibling("row.part");
        Files.createDirectories(inTheWay);
        move(1, 2, "echo one; until [ -e more ]; do sleep 0.02; done; echo two; exec sleep 1000");
        ProcessRow row = nodes.get(1).service.row(vpid).orElseThrow();
        await().atMost(20, TimeUnit.SECONDS).until(() -> its.end(1) == "one\n".length());
        restart(2, () -> { });
        Files.createFile(folder.resolve("more"));
        FakeLink jvm = new FakeLink(row.osPid());
        nodes.get(1).service.returned(row, jvm, false);
        connectDeputy();
        awaitOutput("one\ntwo\n");
        assertThat(its.row()).isEmpty();
        Files.delete(inTheWay);
        await().atMost(20, TimeUnit.SECONDS).until(() -> its.row().isPresent() && keptRow(its).equals(row));
    }

    /** Stopped, for example. */
    @Test
    void aProcessThatDoesNotConnectAgainIsThereAsLongAsItRuns() throws Exception {
        move(1, 2, "exec sleep 1000");
        ProcessHandle two = ProcessHandle.of(nodes.get(1).service.row(vpid).orElseThrow().osPid()).orElseThrow();
        restart(2, () -> { });
        assertThat(nodes.get(1).service.runsHere(vpid, 2)).isTrue();
        two.destroyForcibly();
        awaitExit(137, Signals.KILL);
        await().atMost(20, TimeUnit.SECONDS).until(() -> !nodes.get(1).service.runsHere(vpid, 2));
    }

    /** It cannot connect before it goes on. */
    @Test
    void aProcessAtHomeThatIsStoppedIsThereAfterARestart() throws Exception {
        Process program = new ProcessBuilder("sleep", "1000").start();
        try {
            FakeLink link = new FakeLink(program.pid());
            VPid home = new VPid(nodes.getFirst().start(link).vpid());
            Posix.kill(program.pid(), Signals.STOP);
            KeptFolder its = new KeptFolder(folder.resolve("n1/kept"), home.value(), 1);
            await().atMost(20, TimeUnit.SECONDS).until(() -> its.row().isPresent());
            restartFirst();
            assertThat(nodes.getFirst().service.runsHere(home, 1)).isTrue();
            Posix.kill(program.pid(), Signals.KILL);
            await().atMost(20, TimeUnit.SECONDS).until(() -> !nodes.getFirst().service.runsHere(home, 1) && its.row().isEmpty());
        } finally {
            program.destroyForcibly();
        }
    }

    /** Whoever started it is told first, and then the kernel does not know any more. */
    @Test
    void whatThisDaemonKilledIsKnownToBeKilled() throws Exception {
        for (int i = 0; i < 5; i++) {
            Process program = new ProcessBuilder("sleep", "1000").start();
            VPid its = new VPid(nodes.getFirst().start(new FakeLink(program.pid())).vpid());
            nodes.getFirst().service.signalHere(its, 1, Signals.KILL, "root").get(30, TimeUnit.SECONDS);
            await().atMost(20, TimeUnit.SECONDS).until(() -> nodes.getFirst().service.row(its).flatMap(ProcessRow::exit).isPresent());
            assertThat(nodes.getFirst().service.row(its).flatMap(ProcessRow::exit)).contains(ExitStatus.killed(Signals.KILL));
        }
    }

    @Test
    void anOutputThatIsNoPipeAnyMoreHoldsNoEndUp() throws Exception {
        move(1, 2, "exec > elsewhere; until [ -e end ]; do sleep 0.02; done; exit 7");
        await().atMost(20, TimeUnit.SECONDS).until(() -> Files.exists(folder.resolve("elsewhere")));
        ProcessRow row = nodes.get(1).service.row(vpid).orElseThrow();
        restart(2, () -> { });
        nodes.get(1).service.returned(row, new FakeLink(row.osPid()), false);
        Files.createFile(folder.resolve("end"));
        await().atMost(20, TimeUnit.SECONDS).until(() -> !deputy.sent(LinkMessage.Exit.class).isEmpty());
    }

    @Test
    void theExitStatusWaitsForADeputyThatIsNotThereYet() throws Exception {
        deputyConnectsAtOnce = false;
        move(1, 2, "echo done; exit 9");
        assertThat(nodes.get(0).service.waitFor(vpid, away -> { }).get(10, TimeUnit.SECONDS)).isEqualTo(ExitStatus.exited(9));
        connectDeputy();
        awaitExit(9);
        assertThat(deputy.output()).isEqualTo("done\n");
    }

    @Test
    void theExitStatusIsFoundAfterTheDaemonWasAway() throws Exception {
        Path end = folder.resolve("end");
        move(1, 2, "until [ -e " + end + " ]; do sleep 0.02; done; exit 9");
        network.isolate(nodes.get(0).transport());
        Files.createFile(end);
        assertThat(nodes.get(2).service.waitFor(vpid, away -> { }).get(10, TimeUnit.SECONDS)).isEqualTo(ExitStatus.exited(9));
        restartFirst();
        connectDeputy();
        deputy.say(new LinkMessage.StdioAck(1, 2, 0));
        deputy.say(new LinkMessage.StdioAck(2, 2, 0));
        awaitExit(9);
    }

    @Test
    void aNodeThatWasDownBeforeTheDeputyCameIsALossToo() throws Exception {
        deputyConnectsAtOnce = false;
        move(1, 2, "sleep 1000");
        nodes.get(1).service.close();
        network.isolate(nodes.get(1).transport());
        // Nobody hears of a change any more.
        cluster.states.put(2, Membership.State.DOWN);
        connectDeputy();
        awaitExit(ExitStatus.LOST);
        assertThat(deputy.output()).isEqualTo("ssi: process " + vpid + " ended: node 2 was lost\n");
    }

    @Test
    void theLastOutputFromElsewhereIsShownBeforeTheProcessGoesOnAtHome() throws Exception {
        move(1, 2, "until [ -e last ]; do sleep 0.02; done; echo last words; touch said; exec sleep 1000");
        ProcessHandle two = ProcessHandle.of(nodes.get(1).service.row(vpid).orElseThrow().osPid()).orElseThrow();
        Thread end = Thread.startVirtualThread(() -> {
            await().atMost(10, TimeUnit.SECONDS).until(() -> nodes.get(0).service.row(vpid).orElseThrow().incarnation() == 3);
            try {
                Files.createFile(folder.resolve("last"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            await().atMost(10, TimeUnit.SECONDS).until(() -> Files.exists(folder.resolve("said")));
            two.destroyForcibly();
        });
        move(2, 1, "");
        end.join();
        FakeLink home = (FakeLink) nodes.get(0).service.local(vpid).orElseThrow().link();
        assertThat(home.output()).isEqualTo("last words\n");
    }
}
