package io.ssi.vproc.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ssi.core.cluster.ClusterMap;
import io.ssi.core.cluster.Membership;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.LocalNetwork;
import io.ssi.core.net.LocalTransport;
import io.ssi.core.net.MessageRegistry;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.ProcessState;
import io.ssi.vproc.RowCodec;
import io.ssi.vproc.Signals;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process of node 2 whose row is missing in the table, asked for on node 1. */
@Timeout(60)
class WhereaboutsTest {
    @TempDir
    Path folder;
    private final FakeCluster cluster = new FakeCluster(2);
    private final List<Integer> signals = new CopyOnWriteArrayList<>();
    private final MessageRegistry registry = new MessageRegistry();
    private LocalNetwork network;
    private FakeNode one;
    private FakeNode two;
    private VPid vpid;
    private ClusterMap.Row row;

    private final OsProcesses os = new OsProcesses() {
        private final OsProcesses real = new LinuxProcesses();

        @Override
        public Sample sample(long osPid) {
            return real.sample(osPid);
        }

        @Override
        public boolean kill(long osPid, int signal) {
            signals.add(signal);
            return false;
        }
    };

    @BeforeEach
    void start() throws Exception {
        cluster.sinceMillis = System.currentTimeMillis();
        VprocMessages.register(registry);
        network = new LocalNetwork(1);
        var transports = network.cluster(2, registry);
        one = new FakeNode(1, cluster, transports.get(0), folder.resolve("1"), os);
        two = new FakeNode(2, cluster, transports.get(1), folder.resolve("2"), os);
        vpid = new VPid(two.start(new FakeLink(ProcessHandle.current().pid())).vpid());
        two.service.settled(vpid).get(30, TimeUnit.SECONDS);
        row = cluster.get(vpid.value()).orElseThrow();
        cluster.remove(vpid.value(), row.version());
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        network.close();
    }

    @Test
    void aRowThatItsNodeWillPutIsWaitedFor() throws Exception {
        assertThat(one.service.whereabouts().why(vpid).join().code()).isEqualTo(ErrorCode.STALE_INCARNATION);
        CompletableFuture<Integer> found = new CompletableFuture<>();
        Thread asks = Thread.ofPlatform().start(() -> found.complete(one.service.whereabouts().live(vpid).node().number()));
        while (asks.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait(); // until the row was looked for, and is waited for
        }
        CompletableFuture<Boolean> sent = one.signals.signal(vpid, Signals.TERM, "root");
        cluster.put(vpid.value(), row);
        assertThat(found.get(30, TimeUnit.SECONDS)).isEqualTo(2);
        sent.get(30, TimeUnit.SECONDS);
        assertThat(signals).containsExactly(Signals.TERM);
    }

    @Test
    void aChildThatItsDaemonFindsAgainKeepsAParentThatIsOnlyOutOfReach() throws Exception {
        two.close();
        cluster.state(2, Membership.State.LEFT);
        cluster.remove(vpid.value(), Integer.MAX_VALUE);
        FakeLink link = new FakeLink(ProcessHandle.current().pid());
        ProcessRow child = new ProcessRow(new VPid(1_000_500), 1, vpid.value(), new NodeId(1), link.osPid(), link.peerUser(), ProcessState.RUNNING,
                ProcessRow.Usage.NONE, 0, "Child", "/", 0, Optional.empty());
        one.door.hello(new LinkMessage.Hello(LinkMessage.PROTOCOL, LinkMessage.Role.APP, 0, link.osPid(), 0, "jdk", "Child", List.of(), link.peerUser(), "/", 0,
                child.vpid().value(), 1, 0, RowCodec.encode(child)), link);
        assertThat(one.service.row(child.vpid())).map(ProcessRow::parent).contains(vpid.value());
        FakeLink born = new FakeLink(ProcessHandle.current().pid());
        VPid second = new VPid(one.door.hello(new LinkMessage.Hello(LinkMessage.PROTOCOL, LinkMessage.Role.APP, 0, born.osPid(), vpid.value(), "jdk", "Child",
                List.of(), born.peerUser(), "/", 0, 0, 0, 0, new byte[0]), born).vpid());
        assertThat(one.service.row(second)).map(ProcessRow::parent).contains(vpid.value());
        cluster.placeGone(vpid, 1, 1).get(30, TimeUnit.SECONDS);
        await().atMost(30, TimeUnit.SECONDS).until(() -> one.service.row(child.vpid()).orElseThrow().parent() == 0);
        await().atMost(30, TimeUnit.SECONDS).until(() -> one.service.row(second).orElseThrow().parent() == 0);
    }

    @Test
    void onlyADaemonThatIsStartedAgainHadProgramsBefore() throws Exception {
        assertThat(two.pool.isAgain()).isFalse();
        two.close();
        try (LocalNetwork later = new LocalNetwork(2);
                FakeNode again = new FakeNode(2, cluster, later.cluster(1, registry).getFirst(), folder.resolve("2"), os)) {
            assertThat(again.pool.isAgain()).isTrue();
        }
    }

    @Test
    void onlyItsNodeKnowsThatAProcessWithoutARowHasEnded() throws Exception {
        cluster.sinceMillis = 0;
        assertThat(one.service.whereabouts().away(vpid).get(30, TimeUnit.SECONDS)).hasValueSatisfying(away -> assertThat(away.isSoonBack()).isTrue());
        // Its daemon is started again and hears nothing of it.
        two.close();
        await().atMost(30, TimeUnit.SECONDS).until(() -> !one.transport().isUp(two.transport().self()));
        assertThat(one.service.whereabouts().away(vpid).get(30, TimeUnit.SECONDS)).hasValueSatisfying(away -> assertThat(away.hasEnded()).isFalse());
        LocalTransport again = network.node(two.transport().address(), registry);
        again.identify(two.transport().self());
        again.learn(one.transport().self(), one.transport().address());
        two = new FakeNode(2, cluster, again, folder.resolve("2"), os);
        cluster.remove(vpid.value(), Integer.MAX_VALUE);
        await().atMost(30, TimeUnit.SECONDS).until(() -> one.service.whereabouts().away(vpid).get().orElseThrow().hasEnded());
    }

    @Test
    void aNodeThatWasTakenOutOfTheRegisterIsLost() throws Exception {
        cluster.states.remove(2);
        // It may be about to join.
        assertThat(one.service.whereabouts().away(vpid).get(30, TimeUnit.SECONDS)).hasValueSatisfying(away -> assertThat(away.isLost()).isFalse());
        VprocService.Parts atOnce = new VprocService.Parts(new NodeId(1), "n1", cluster.membership(1), cluster, cluster, one.pool, os, 0, folder);
        Whereabouts later = new Whereabouts(one.service, atOnce);
        assertThat(later.away(vpid).get(30, TimeUnit.SECONDS)).hasValueSatisfying(away -> assertThat(away.isLost()).isTrue());
        assertThat(later.isLost(new NodeId(2))).isTrue();
    }

    @Test
    void aNodeThatIsAwayIsNot() {
        cluster.state(2, Membership.State.LEFT);
        assertThatThrownBy(() -> one.service.whereabouts().live(vpid))
                .isInstanceOfSatisfying(SsiException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NODE_DOWN));
    }
}
