package io.ssi.vproc.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ssi.core.cluster.Membership;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.ProcessState;
import io.ssi.vproc.Signals;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process on three nodes, with shells in the place of JVMs: its terminal, its input, its signals and its end. */
@Timeout(60)
class MovedTerminalIT extends MovedProcess {
    @Test
    void outputOfSuccessiveHostsArrivesWholeInOrderAndBeforeTheExit() throws Exception {
        move(1, 2, "i=0; while [ $i -lt 3000 ]; do echo two $i; i=$((i+1)); done; touch printed; exec sleep 1000");
        await().atMost(20, TimeUnit.SECONDS).until(() -> Files.exists(folder.resolve("printed")));
        ProcessHandle two = ProcessHandle.of(nodes.get(1).service.row(vpid).orElseThrow().osPid()).orElseThrow();
        move(2, 3, "i=0; while [ $i -lt 3000 ]; do echo three $i; i=$((i+1)); done; exit 3");
        // The JVM that was left ends only now: what it still has in its pipe comes first.
        two.destroyForcibly();
        await().atMost(20, TimeUnit.SECONDS).until(() -> !deputy.sent(LinkMessage.Exit.class).isEmpty());
        String expected = IntStream.range(0, 3000).mapToObj(i -> "two " + i + "\n").collect(Collectors.joining())
                + IntStream.range(0, 3000).mapToObj(i -> "three " + i + "\n").collect(Collectors.joining());
        assertThat(deputy.output()).isEqualTo(expected);
        assertThat(deputy.sent.getLast()).isEqualTo(new LinkMessage.Exit(3, 0));
        assertThat(nodes.get(0).service.waitFor(vpid, away -> { }).get(5, TimeUnit.SECONDS)).isEqualTo(ExitStatus.exited(3));
    }

    private static LinkMessage.Stdin input(long position, String bytes) {
        return new LinkMessage.Stdin(position, bytes.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> given(FakeLink program) {
        return program.sent(LinkMessage.Stdin.class).stream().map(in -> in.position() + " " + new String(in.bytes(), StandardCharsets.UTF_8)).toList();
    }

    @Test
    void inputIsReadOnDemandAndGivenToTheIncarnationThatAsks() throws Exception {
        move(1, 2, "sleep 1000");
        FakeLink two = (FakeLink) nodes.get(1).service.local(vpid).orElseThrow().link();
        two.say(new LinkMessage.StdinWant(0, 100));
        await().atMost(5, TimeUnit.SECONDS).until(() -> deputy.sent(LinkMessage.StdinWant.class).size() == 1);
        // It begins to move before the user types: what the source has nobody for now, it keeps.
        nodes.get(1).service.beginMove(vpid);
        deputy.say(input(0, "hello"));
        await().atMost(5, TimeUnit.SECONDS).until(() -> given(two).equals(List.of("0 hello")));
        nodes.get(1).service.moveOff(vpid, 2);
        two.say(new LinkMessage.StdinWant(5, 100));
        await().atMost(5, TimeUnit.SECONDS).until(() -> deputy.sent(LinkMessage.StdinWant.class).size() == 2);
        move(2, 3, "sleep 1000");
        FakeLink three = (FakeLink) nodes.get(2).service.local(vpid).orElseThrow().link();
        three.say(new LinkMessage.StdinWant(5, 100));
        await().atMost(5, TimeUnit.SECONDS).until(() -> deputy.sent(LinkMessage.StdinWant.class).size() == 3);
        deputy.say(input(5, ""));
        await().atMost(5, TimeUnit.SECONDS).until(() -> given(three).equals(List.of("5 ")));
        assertThat(given(two)).hasSize(1);
    }

    /** A program asks within milliseconds of a move; the deputy takes longer to come, and would only hear of the next time that it asks. */
    @Test
    void whatIsWantedIsAskedForWhenTheDeputyComes() throws Exception {
        move(1, 2, "sleep 1000");
        ((FakeLink) nodes.get(1).service.local(vpid).orElseThrow().link()).say(new LinkMessage.StdinWant(3, 100));
        await().atMost(5, TimeUnit.SECONDS).until(() -> deputy.sent(LinkMessage.StdinWant.class).size() == 1);
        connectDeputy();
        assertThat(deputy.sent(LinkMessage.StdinWant.class)).containsExactly(new LinkMessage.StdinWant(3, 100));
    }

    @Test
    void withoutItsTerminalInputIsAtItsEnd() throws Exception {
        move(1, 2, "sleep 1000");
        shells.getFirst().destroyForcibly().waitFor();
        deputy.close();
        FakeLink two = (FakeLink) nodes.get(1).service.local(vpid).orElseThrow().link();
        // As a program does: again and again until there is an answer.
        await().atMost(10, TimeUnit.SECONDS).until(() -> {
            two.say(new LinkMessage.StdinWant(7, 100));
            return given(two).contains("7 ");
        });
    }

    @Test
    void comesHomeIntoItsDeputy() throws Exception {
        move(1, 2, "echo away; exec sleep 1000");
        await().atMost(5, TimeUnit.SECONDS).until(() -> deputy.output().equals("away\n"));
        ProcessHandle two = ProcessHandle.of(nodes.get(1).service.row(vpid).orElseThrow().osPid()).orElseThrow();
        FakeLink before = deputy;
        Thread end = Thread.startVirtualThread(() -> {
            await().atMost(10, TimeUnit.SECONDS).until(() -> nodes.get(0).service.row(vpid).orElseThrow().incarnation() == 3);
            two.destroyForcibly();
        });
        move(2, 1, "");
        end.join();
        ProcessRow home = nodes.get(0).service.row(vpid).orElseThrow();
        assertThat(home.deputyNode()).isZero();
        assertThat(home.osPid()).isEqualTo(before.osPid());
        assertThat(nodes.get(0).deputies.find(vpid.value())).isEmpty();
    }

    @Test
    void signalsReachItFromAnywhereAndWaitWhileItMoves() throws Exception {
        move(1, 2, "sleep 1000");
        nodes.get(2).signals.signal(vpid, Signals.STOP, "root").get(5, TimeUnit.SECONDS);
        await().atMost(5, TimeUnit.SECONDS).until(() -> nodes.get(2).service.row(vpid).orElseThrow().state() == ProcessState.STOPPED);
        assertThatThrownBy(() -> nodes.get(1).service.beginMove(vpid)).isInstanceOfSatisfying(SsiException.class,
                e -> assertThat(e).hasMessageStartingWith("process " + vpid + " is stopped; let it go on"));
        nodes.get(2).signals.signal(vpid, Signals.CONT, "root").get(5, TimeUnit.SECONDS);
        await().atMost(5, TimeUnit.SECONDS).until(() -> nodes.get(2).service.row(vpid).orElseThrow().state() == ProcessState.RUNNING);
        nodes.get(1).service.beginMove(vpid);
        deputy.say(new LinkMessage.Signal(Signals.KILL));
        assertThat(nodes.get(0).service.row(vpid)).map(ProcessRow::state).contains(ProcessState.MOVING);
        nodes.get(1).service.moveOff(vpid, 2);
        await().atMost(10, TimeUnit.SECONDS).until(() -> !deputy.sent(LinkMessage.Exit.class).isEmpty());
        assertThat(deputy.sent.getLast()).isEqualTo(new LinkMessage.Exit(137, 9));
        assertThatThrownBy(() -> nodes.get(2).signals.signal(vpid, Signals.TERM, "root").get(5, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(SsiException.class).rootCause().hasMessageContaining("no process");
        assertThatThrownBy(() -> nodes.get(2).service.beginMove(vpid)).isInstanceOfSatisfying(SsiException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_PROCESS));
    }

    @Test
    void whatAProcessLeftWhileItsDaemonWasAwayIsDeliveredByTheNext() throws Exception {
        move(1, 2, "echo shown; until [ -e more ]; do sleep 0.02; done; echo late; exec sleep 1000");
        await().atMost(20, TimeUnit.SECONDS).until(() -> deputy.output().equals("shown\n"));
        ProcessHandle two = ProcessHandle.of(nodes.get(1).service.row(vpid).orElseThrow().osPid()).orElseThrow();
        Path kept = folder.resolve("n2/kept/" + vpid + ".2");
        deputy.acknowledges = false;
        Files.createFile(folder.resolve("more"));
        await().atMost(20, TimeUnit.SECONDS).until(() -> deputy.output().equals("shown\nlate\n"));
        assertThat(kept.resolve("1.0")).hasContent("shown\nlate\n");
        // One that ends by itself leaves word of it.
        restart(2, () -> {
            two.destroyForcibly();
            two.onExit().join();
        });
        deputy.say(new LinkMessage.StdioAck(1, 2, "shown\nlate\n".length()));
        await().atMost(20, TimeUnit.SECONDS).until(() -> !deputy.sent(LinkMessage.Exit.class).isEmpty());
        assertThat(deputy.sent.getLast()).isEqualTo(new LinkMessage.Exit(137, 9));
        assertThat(deputy.output()).isEqualTo("shown\nlate\nssi: process " + vpid + " ended: it was killed while the daemon of node 2 was away\n");
        shells.getFirst().destroyForcibly().waitFor();
        deputy.close();
        await().atMost(20, TimeUnit.SECONDS).until(() -> !Files.exists(kept));
    }

    private boolean stopped(long osPid) {
        return new LinuxProcesses().sample(osPid).stopped();
    }

    private void awaitStopped(boolean process, boolean terminal) {
        long pid = nodes.get(1).service.row(vpid).orElseThrow().osPid();
        await().atMost(20, TimeUnit.SECONDS).until(() -> stopped(pid) == process && stopped(deputy.osPid()) == terminal);
    }

    @Test
    void aStopAtTheTerminalStopsTheProcessWhereItIs() throws Exception {
        move(1, 2, "exec sleep 1000");
        for (int i = 0; i < 3; i++) {
            deputy.say(new LinkMessage.Signal(Signals.TSTP));
            awaitStopped(true, true);
            // As the shell's fg and bg do.
            new LinuxProcesses().kill(deputy.osPid(), Signals.CONT);
            deputy.say(new LinkMessage.Signal(Signals.CONT));
            awaitStopped(false, false);
        }
        new LinuxProcesses().kill(deputy.osPid(), Signals.STOP); // without a word
        awaitStopped(true, true);
        new LinuxProcesses().kill(deputy.osPid(), Signals.CONT);
        deputy.say(new LinkMessage.Signal(Signals.CONT));
        awaitStopped(false, false);
        deputy.say(new LinkMessage.Signal(Signals.TSTP));
        awaitStopped(true, true);
        nodes.get(2).signals.signal(vpid, Signals.KILL, "root").get(30, TimeUnit.SECONDS);
        await().atMost(20, TimeUnit.SECONDS).until(() -> deputy.sent(LinkMessage.Exit.class).equals(List.of(new LinkMessage.Exit(137, 9))));
        assertThat(stopped(deputy.osPid())).isFalse();
    }

    @Test
    void aProcessThatHandlesTheStopIsNotStopped() throws Exception {
        move(1, 2, "trap 'echo handled' TSTP; trap 'echo on' CONT; echo ready; while true; do sleep 0.05; done");
        await().atMost(20, TimeUnit.SECONDS).until(() -> deputy.output().equals("ready\n"));
        deputy.say(new LinkMessage.Signal(Signals.TSTP));
        await().atMost(20, TimeUnit.SECONDS).until(() -> deputy.output().equals("ready\nhandled\n"));
        deputy.say(new LinkMessage.Signal(Signals.CONT));
        await().atMost(20, TimeUnit.SECONDS).until(() -> deputy.output().equals("ready\nhandled\non\n"));
        assertThat(stopped(deputy.osPid())).isFalse();
    }

    @Test
    void theTerminalIsFreeWhileTheStopWaitsForTheProcess() throws Exception {
        move(1, 2, "exec sleep 1000");
        nodes.get(1).service.beginMove(vpid);
        deputy.say(new LinkMessage.Signal(Signals.TSTP));
        awaitStopped(false, true);
        nodes.get(1).service.moveOff(vpid, 2);
        awaitStopped(true, true);
    }

    @Test
    void theTerminalGoesOnWhenTheProcessHandlesTheStopLate() throws Exception {
        move(1, 2, "trap 'echo handled' TSTP; trap 'echo on' CONT; echo ready; while true; do sleep 0.05; done");
        await().atMost(20, TimeUnit.SECONDS).until(() -> deputy.output().equals("ready\n"));
        nodes.get(1).service.beginMove(vpid);
        deputy.say(new LinkMessage.Signal(Signals.TSTP));
        awaitStopped(false, true);
        nodes.get(1).service.moveOff(vpid, 2);
        await().atMost(20, TimeUnit.SECONDS).until(() -> deputy.output().equals("ready\nhandled\n"));
        awaitStopped(false, false);
        deputy.say(new LinkMessage.Signal(Signals.CONT)); // of which the user knows nothing, nor shall the program
        deputy.say(new LinkMessage.Signal(Signals.TSTP));
        await().atMost(20, TimeUnit.SECONDS).until(() -> deputy.output().equals("ready\nhandled\nhandled\n"));
        deputy.say(new LinkMessage.Signal(Signals.CONT));
        await().atMost(20, TimeUnit.SECONDS).until(() -> deputy.output().equals("ready\nhandled\nhandled\non\n"));
    }

    @Test
    void aLostNodeEndsTheDeputyAndLeavesNoRow() throws Exception {
        move(1, 2, "sleep 1000");
        var waiting = nodes.get(2).service.waitFor(vpid, away -> { });
        network.isolate(nodes.get(1).transport());
        nodes.get(1).service.close();
        cluster.state(2, Membership.State.DOWN);
        await().atMost(20, TimeUnit.SECONDS).until(() -> !deputy.sent(LinkMessage.Exit.class).isEmpty());
        assertThat(deputy.sent.getLast()).isEqualTo(new LinkMessage.Exit(ExitStatus.LOST, 0));
        assertThat(deputy.output()).isEqualTo("ssi: process " + vpid + " ended: node 2 was lost\n");
        await().atMost(5, TimeUnit.SECONDS).until(() -> cluster.all().isEmpty());
        assertThat(waiting.get(5, TimeUnit.SECONDS).cause()).isEqualTo("node 2 was lost");
    }
}
