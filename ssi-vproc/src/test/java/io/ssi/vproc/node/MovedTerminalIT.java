package io.ssi.vproc.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ssi.core.cluster.Consensus;
import io.ssi.core.cluster.Membership;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.LocalNetwork;
import io.ssi.core.net.LocalTransport;
import io.ssi.core.net.MessageRegistry;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.ProcessState;
import io.ssi.vproc.Signals;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process on three nodes, with shells in the place of JVMs: its terminal, its input, its signals and its end. */
@Timeout(60)
class MovedTerminalIT {
    @TempDir
    Path folder;

    private final FakeCluster cluster = new FakeCluster(3);
    private final LocalNetwork network = new LocalNetwork(1);
    private final List<FakeNode> nodes = new ArrayList<>();
    private final List<Process> shells = new ArrayList<>();
    private FakeLink source;
    private FakeLink deputy;
    private VPid vpid;

    @BeforeEach
    void threeNodesAndAProcessOnTheFirst() throws Exception {
        MessageRegistry registry = new MessageRegistry();
        VprocMessages.register(registry);
        int number = 1;
        for (LocalTransport transport : network.cluster(3, registry)) {
            nodes.add(new FakeNode(number, cluster, transport, folder.resolve("n" + number), new LinuxProcesses()));
            number++;
        }
        Process shell = new ProcessBuilder("sleep", "1000").start();
        shells.add(shell);
        source = new FakeLink(shell.pid());
        vpid = new VPid(nodes.get(0).start(source).vpid());
        nodes.get(0).service.settled(vpid).get(5, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() {
        nodes.forEach(FakeNode::close);
        network.close();
        shells.forEach(Process::destroyForcibly);
    }

    /** Moves the process into a shell that runs the script once it is told to go. */
    private Path move(int from, int to, String script) throws Exception {
        FakeNode source = nodes.get(from - 1);
        FakeNode target = nodes.get(to - 1);
        Path go = folder.resolve("go" + to + "-" + System.nanoTime());
        ProcessRegistry.Local local = source.service.beginMove(vpid);
        long token = target.landings.newToken();
        List<String> argv = List.of("/bin/sh", "-c", "echo noise of the start; until [ -e " + go + " ]; do sleep 0.02; done; " + script);
        Landing landing = target.landings.start(new LandingSpec(vpid, token, argv, List.of("PATH=/usr/bin:/bin"), folder.toString()));
        FakeLink landed;
        if (landing.atHome()) {
            assertThat(deputy.sent(LinkMessage.BecomeLanding.class)).hasSize(1);
            deputy.close();
            landed = new FakeLink(deputy.osPid());
        } else {
            landed = new FakeLink(ProcessHandle.current().children().filter(child -> shells.stream().noneMatch(shell -> shell.pid() == child.pid()))
                    .mapToLong(ProcessHandle::pid).max().orElseThrow());
        }
        target.landings.hello(FakeNode.hello(LinkMessage.Role.LANDING, token, landed, 0, 0), landed, "n");
        landing.link().get(5, TimeUnit.SECONDS);
        long departToken = source.landings.departToken(local.row());
        Consensus.Place place = new Consensus.Place(vpid, new NodeId(from), local.row().incarnation());
        assertThat(cluster.placeMove(place, new NodeId(to), 1).get()).isTrue();
        ProcessRow row = target.service.adopt(local.row(), landing);
        source.service.release(vpid, local.row().incarnation());
        if (departToken != 0) {
            deputy = new FakeLink(this.source.osPid());
            source.deputies.hello(FakeNode.hello(LinkMessage.Role.DEPUTY, departToken, deputy, 0, 0), deputy, "n1");
        } else {
            ((FakeLink) local.link()).close();
        }
        target.landings.readyToGo(landing, row).get(20, TimeUnit.SECONDS);
        Files.createFile(go);
        return go;
    }

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
        assertThat(nodes.get(0).service.waitFor(vpid).get(5, TimeUnit.SECONDS)).isEqualTo(ExitStatus.exited(3));
    }

    @Test
    void inputIsReadOnDemandAndGivenToTheIncarnationThatAsks() throws Exception {
        move(1, 2, "sleep 1000");
        FakeLink two = (FakeLink) nodes.get(1).service.local(vpid).orElseThrow().link();
        two.say(new LinkMessage.StdinWant(100));
        await().atMost(5, TimeUnit.SECONDS).until(() -> deputy.sent(LinkMessage.StdinWant.class).size() == 1);
        // It begins to move before the user types: the input is kept.
        nodes.get(1).service.beginMove(vpid);
        deputy.say(new LinkMessage.Stdio(0, "hello".getBytes(StandardCharsets.UTF_8)));
        nodes.get(1).service.moveOff(vpid, 2);
        await().atMost(5, TimeUnit.SECONDS).until(() -> two.sent(LinkMessage.Stdio.class).size() == 1);
        assertThat(new String(two.sent(LinkMessage.Stdio.class).getFirst().bytes(), StandardCharsets.UTF_8)).isEqualTo("hello");
        two.say(new LinkMessage.StdinWant(100));
        await().atMost(5, TimeUnit.SECONDS).until(() -> deputy.sent(LinkMessage.StdinWant.class).size() == 2);
        deputy.say(new LinkMessage.Stdio(0, new byte[0]));
        await().atMost(5, TimeUnit.SECONDS).until(() -> two.sent(LinkMessage.Stdio.class).size() == 2);
        assertThat(two.sent(LinkMessage.Stdio.class).getLast().bytes()).isEmpty();
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
    void aLostNodeEndsTheDeputyAndLeavesNoRow() throws Exception {
        move(1, 2, "sleep 1000");
        var waiting = nodes.get(2).service.waitFor(vpid);
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
