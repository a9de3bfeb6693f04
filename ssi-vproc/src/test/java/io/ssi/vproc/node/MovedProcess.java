package io.ssi.vproc.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ssi.core.cluster.Consensus;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.LocalNetwork;
import io.ssi.core.net.LocalTransport;
import io.ssi.core.net.MessageRegistry;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ProcessRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A process on three nodes, with shells in the place of JVMs, that was started on the first and can be moved. */
abstract class MovedProcess {
    @TempDir
    Path folder;

    final FakeCluster cluster = new FakeCluster(3);
    private final MessageRegistry registry = new MessageRegistry();
    final LocalNetwork network = new LocalNetwork(1);
    final List<FakeNode> nodes = new ArrayList<>();
    final List<Process> shells = new ArrayList<>();
    private final List<ProcessHandle> landings = new ArrayList<>();
    FakeLink source;
    FakeLink deputy;
    /** Proves to the first node that a link is the deputy's. */
    long deputyToken;
    boolean deputyConnectsAtOnce = true;
    VPid vpid;

    @BeforeEach
    void threeNodesAndAProcessOnTheFirst() throws Exception {
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
        landings.forEach(ProcessHandle::destroyForcibly);
        network.close();
        shells.forEach(Process::destroyForcibly);
    }

    /** The OS process at the terminal comes to the first node's daemon, for the first time or again. */
    void connectDeputy() {
        deputy = new FakeLink(source.osPid());
        nodes.getFirst().deputies.hello(FakeNode.hello(LinkMessage.Role.DEPUTY, deputyToken, deputy, 0, 0), deputy, "n1");
    }

    /** The first node's daemon is killed and started again. */
    void restartFirst() throws Exception {
        restart(1, () -> { });
    }

    /** A node's daemon is killed and started again. */
    void restart(int number, Runnable meanwhile) throws Exception {
        FakeNode killed = nodes.get(number - 1);
        network.isolate(killed.transport());
        killed.close();
        meanwhile.run();
        LocalTransport transport = network.node(killed.transport().address(), registry);
        transport.identify(new NodeId(number));
        nodes.stream().filter(other -> other != killed).forEach(other -> transport.learn(other.transport().self(), other.transport().address()));
        network.healAll();
        nodes.set(number - 1, new FakeNode(number, cluster, transport, folder.resolve("n" + number), new LinuxProcesses()));
    }

    /** Moves the process into a shell that runs the script once it is told to go. */
    Path move(int from, int to, String script) throws Exception {
        FakeNode source = nodes.get(from - 1);
        FakeNode target = nodes.get(to - 1);
        Path go = folder.resolve("go" + to + "-" + System.nanoTime());
        ProcessRegistry.Local local = source.service.beginMove(vpid);
        long token = target.landings.newToken();
        List<String> argv = List.of("/bin/sh", "-c", "echo noise of the start; until [ -e " + go + " ]; do [ -d " + folder + " ] || exit; sleep 0.02; done; " + script);
        List<ProcessHandle> before = ProcessHandle.current().children().toList();
        Landing landing = target.landings.start(new LandingSpec(vpid, token, argv, List.of("PATH=/usr/bin:/bin"), folder.toString()));
        FakeLink landed;
        if (landing.atHome()) {
            assertThat(deputy.sent(LinkMessage.BecomeLanding.class)).hasSize(1);
            deputy.close();
            landed = new FakeLink(deputy.osPid());
        } else {
            ProcessHandle child = ProcessHandle.current().children().filter(each -> !before.contains(each)).findAny().orElseThrow();
            landings.add(child);
            landed = new FakeLink(child.pid());
            // As a JVM has said what it has to say when it connects.
            await().atMost(20, TimeUnit.SECONDS).until(() -> !landing.startText().isEmpty());
        }
        target.landings.hello(FakeNode.hello(LinkMessage.Role.LANDING, token, landed, 0, 0), landed, "n");
        landing.link().get(5, TimeUnit.SECONDS);
        long departToken = source.landings.departToken(local.row());
        Consensus.Place place = cluster.place(vpid).get().orElseThrow();
        assertThat(cluster.placeMove(place, new NodeId(to), 1).get()).isTrue();
        ProcessRow row = target.service.adopt(local.row(), landing);
        source.service.release(vpid, local.row().incarnation());
        if (departToken != 0) {
            deputyToken = departToken;
            if (deputyConnectsAtOnce) {
                connectDeputy();
            }
        } else {
            ((FakeLink) local.link()).close();
        }
        target.landings.readyToGo(landing, row).get(20, TimeUnit.SECONDS);
        Files.createFile(go);
        return go;
    }
}
