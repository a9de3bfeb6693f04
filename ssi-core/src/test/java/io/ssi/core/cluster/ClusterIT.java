package io.ssi.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ssi.core.cluster.raft.RaftConsensus;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.LocalNetwork;
import io.ssi.core.net.MessageRegistry;
import io.ssi.core.net.Transport;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole control planes over a network in memory, with Hazelcast's own sockets on loopback and Raft journals on disk. */
@Timeout(60)
class ClusterIT {
    private static final byte[] KEY = "a key for this test".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;
    private final LocalNetwork network = new LocalNetwork(1);
    private final List<Running> running = new ArrayList<>();

    private record Running(Transport transport, Cluster cluster) {
        void kill() {
            transport.close();
            cluster.close();
        }
    }

    private Running start(int place, boolean maps) {
        Transport transport = network.node(new InetSocketAddress("127.0.0.1", 7700 + place), Cluster.messages(new MessageRegistry()));
        List<InetSocketAddress> seeds = place == 1 ? List.of() : List.of(new InetSocketAddress("127.0.0.1", 7701));
        Cluster cluster = Cluster.start(new ClusterConfig("n" + place, seeds, maps, ClusterConfig.TIME_SCALE), transport,
                folder.resolve("n" + place), KEY, new SimpleMeterRegistry());
        Running started = new Running(transport, cluster);
        running.add(started);
        return started;
    }

    private static Membership.State state(Running seenBy, int node) {
        return seenBy.cluster().membership().nodes().stream().filter(n -> n.id().number() == node).map(Membership.Node::state).findFirst().orElse(null);
    }

    private static RaftConsensus group(Running node) {
        return (RaftConsensus) node.cluster().consensus();
    }

    private static int leader(Running asked) {
        return asked.cluster().consensus().leader().map(NodeId::number).orElse(0);
    }

    @AfterEach
    void stop() {
        running.forEach(Running::kill);
        network.close();
    }

    @Test
    void mapsFollowAndANodeThatDiesIsNoticed() throws Exception {
        Running one = start(1, true);
        Running two = start(2, true);
        Running three = start(3, true);
        ClusterMap table = one.cluster().map("vproc");
        table.put(1_000_001, new ClusterMap.Row(1, 1, new byte[] {1}));
        ClusterMap there = three.cluster().map("vproc");
        await().atMost(Duration.ofSeconds(10)).until(() -> there.get(1_000_001).isPresent());
        two.cluster().map("vproc").put(2_000_001, new ClusterMap.Row(2, 1, new byte[] {2}));
        await().atMost(Duration.ofSeconds(5)).until(() -> there.all().size() == 2 && table.all().size() == 2);
        // What an old owner says late is not kept, by the map or by itself.
        there.put(1_000_001, new ClusterMap.Row(3, 2, new byte[] {3}));
        table.put(1_000_001, new ClusterMap.Row(1, 1, new byte[] {4}));
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            for (Running each : running) {
                assertThat(each.cluster().map("vproc").all().get(1_000_001).version()).isEqualTo(2);
            }
        });
        // A member of Hazelcast that ends by itself, as it does when it cannot join the others after a split, is replaced.
        HazelcastInstanceFactory.getAllHazelcastInstances().stream().filter(member -> member.getName().endsWith("-3")).forEach(member -> member.getLifecycleService().terminate());
        there.put(3_000_001, new ClusterMap.Row(3, 1, new byte[] {5}));
        table.put(1_000_002, new ClusterMap.Row(1, 1, new byte[] {6}));
        await().atMost(Duration.ofSeconds(30)).until(() -> there.all().size() == 4 && table.all().size() == 4);
        assertThat(state(one, 3)).isEqualTo(Membership.State.UP);
        two.cluster().leave("stopped by test");
        two.kill();
        await().atMost(Duration.ofSeconds(5)).until(() -> state(one, 2) == Membership.State.LEFT && state(three, 2) == Membership.State.LEFT);
        assertThat(there.all()).hasSize(4);
    }

    @Test
    void numbersStayAndALeaderIsReplaced() throws Exception {
        Running one = start(1, false);
        assertThat(one.cluster().consensus().nextVPidBlock(new NodeId(1), 100, 11).get(5, TimeUnit.SECONDS)).isEqualTo(1);
        Running two = start(2, false);
        Running three = start(3, false);
        assertThat(three.cluster().membership().self()).isEqualTo(new NodeId(3));
        await().atMost(Duration.ofSeconds(10)).until(() -> group(one).voters().size() == 3);
        VPid vpid = VPid.of(new NodeId(1), 17);
        three.cluster().consensus().placeBorn(vpid, new NodeId(1), 1, 12).get(5, TimeUnit.SECONDS);
        Consensus.Place born = three.cluster().consensus().place(vpid).get(5, TimeUnit.SECONDS).orElseThrow();
        long killed = System.nanoTime();
        one.kill();
        assertThat(two.cluster().consensus().placeMove(born, new NodeId(2), 13).get(5, TimeUnit.SECONDS)).isTrue();
        assertThat(System.nanoTime() - killed).isLessThan(Duration.ofSeconds(3).toNanos());
        await().atMost(Duration.ofSeconds(3)).until(() -> state(two, 1) == Membership.State.DOWN);
        Running again = start(1, false);
        assertThat(again.cluster().membership().self()).isEqualTo(new NodeId(1));
        assertThat(again.cluster().consensus().place(vpid).get(5, TimeUnit.SECONDS)).contains(new Consensus.Place(vpid, new NodeId(2), 2, 0, 13));
        await().atMost(Duration.ofSeconds(5)).until(() -> state(two, 1) == Membership.State.UP);
    }

    @Test
    void nodesOutsideOfTheGroupDecideAndKnowTheOthers() throws Exception {
        List<Running> nodes = new ArrayList<>();
        for (int i = 1; i <= 9; i++) {
            nodes.add(start(i, false));
        }
        Running eight = nodes.get(7);
        Running nine = nodes.get(8);
        await().atMost(Duration.ofSeconds(20)).until(() -> group(nodes.getFirst()).voters().size() == 5 && group(nodes.getFirst()).members().size() == 7);
        await().atMost(Duration.ofSeconds(5)).until(() -> state(eight, 9) == Membership.State.UP && state(nine, 8) == Membership.State.UP);
        VPid vpid = VPid.of(new NodeId(9), 1);
        nine.cluster().consensus().placeBorn(vpid, new NodeId(9), 1, 31).get(5, TimeUnit.SECONDS);
        Consensus.Place born = nine.cluster().consensus().place(vpid).get(5, TimeUnit.SECONDS).orElseThrow();
        assertThat(eight.cluster().consensus().place(born.vpid()).get(5, TimeUnit.SECONDS)).contains(born);

        int leader = leader(nine);
        nodes.get(leader - 1).kill();
        assertThat(nine.cluster().consensus().placeMove(born, new NodeId(8), 32).get(5, TimeUnit.SECONDS)).isTrue();
        assertThat(nine.cluster().consensus().placeMove(born, new NodeId(8), 32).get(5, TimeUnit.SECONDS)).as("the same request").isTrue();

        group(nine).remove(new NodeId(leader), 33).get(5, TimeUnit.SECONDS);
        Running voter = nodes.get(leader == 1 ? 1 : 0);
        await().atMost(Duration.ofSeconds(10)).until(() -> group(voter).voters().size() == 5 && !group(voter).voters().contains(leader)
                && group(voter).members().size() == 7);
        await().atMost(Duration.ofSeconds(5)).until(() -> state(nine, leader) == null);
        assertThat(nine.cluster().consensus().place(born.vpid()).get(5, TimeUnit.SECONDS)).map(Consensus.Place::node).contains(new NodeId(8));
    }

    @Test
    void theWholeClusterComesBackFromDisk() throws Exception {
        Running one = start(1, false);
        Running two = start(2, false);
        await().atMost(Duration.ofSeconds(10)).until(() -> group(one).voters().size() == 2);
        one.cluster().consensus().nextVPidBlock(new NodeId(2), 100, 21).get(5, TimeUnit.SECONDS);
        one.kill();
        two.cluster().leave("stopped by test");
        two.kill();
        Running twoAgain = start(2, false);
        assertThat(twoAgain.cluster().membership().history()).extracting(Membership.Change::cause).startsWith("this node started", "registered as n1 at 127.0.0.1:7701").contains("stopped by test");
        start(1, false);
        assertThat(twoAgain.cluster().consensus().nextVPidBlock(new NodeId(2), 100, 22).get(8, TimeUnit.SECONDS)).isEqualTo(101);
        assertThat(twoAgain.cluster().consensus().nextVPidBlock(new NodeId(2), 100, 21).get(8, TimeUnit.SECONDS)).isEqualTo(1);
    }
}
