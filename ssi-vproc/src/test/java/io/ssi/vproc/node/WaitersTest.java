package io.ssi.vproc.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ssi.core.cluster.ClusterMap;
import io.ssi.core.cluster.Membership;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.ProcessState;
import io.ssi.vproc.RowCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The table and the group, which each know half of how a process ends and are heard in any order. */
class WaitersTest {
    private static final VPid PROCESS = new VPid(1_000_001);
    private static final NodeId HOST = new NodeId(2);
    private final FakeCluster cluster = new FakeCluster(2);
    private final List<String> said = new ArrayList<>();
    private final ProcessRow row = new ProcessRow(PROCESS, 1, 0, HOST, 99, "root", ProcessState.RUNNING, ProcessRow.Usage.NONE, 0, "Main", "/", 0,
            Optional.empty());
    private long millis;
    private Waiters waiters;

    @BeforeEach
    void runs() {
        RowView view = new RowView(cluster);
        Whereabouts whereabouts = new Whereabouts(null, new VprocService.Parts(new NodeId(1), "n1", cluster.membership(1), cluster, cluster, null, null, 15_000, null));
        waiters = new Waiters(view, whereabouts, () -> TimeUnit.MILLISECONDS.toNanos(millis));
        cluster.placeBorn(PROCESS, HOST, 1, 1);
        put(row);
    }

    private void put(ProcessRow told) {
        cluster.put(PROCESS.value(), new ClusterMap.Row(HOST.number(), told.incarnation(), RowCodec.encode(told)));
        waiters.changed(told);
    }

    private CompletableFuture<ExitStatus> waits() {
        return waiters.waitFor(PROCESS, said::add);
    }

    private void after(long more) {
        millis += more;
        waiters.tick();
    }

    @Test
    void theEndIsTold() {
        CompletableFuture<ExitStatus> end = waits();
        after(60_000);
        assertThat(end).isNotDone();
        put(row.ended(ExitStatus.exited(6)));
        assertThat(end).isCompletedWithValue(ExitStatus.exited(6));
        assertThat(said).isEmpty();
    }

    @Test
    void aRowThatComesAfterTheGroupsWordIsWaitedFor() {
        CompletableFuture<ExitStatus> end = waits();
        cluster.remove(PROCESS.value(), 1);
        after(60_000);
        cluster.placeGone(PROCESS, 1, 2);
        after(1_000);
        after(3_000);
        put(row.ended(ExitStatus.exited(6)));
        assertThat(end).isCompletedWithValue(ExitStatus.exited(6));
    }

    @Test
    void anEndThatNobodySawIsNotWaitedForForEver() {
        CompletableFuture<ExitStatus> end = waits();
        cluster.remove(PROCESS.value(), 1);
        cluster.placeGone(PROCESS, 1, 2);
        after(1_000);
        after(6_000);
        assertThat(end).isCompletedWithValue(ExitStatus.unknown("nobody saw how it ended"));
    }

    @Test
    void oneThatIsOutOfReachIsSpokenOfOnceEachTime() {
        CompletableFuture<ExitStatus> end = waits();
        cluster.remove(PROCESS.value(), 1);
        cluster.state(2, Membership.State.LEFT);
        after(60_000);
        after(60_000);
        assertThat(said).singleElement().asString().contains("is on node 2, which is LEFT");
        put(row);
        cluster.remove(PROCESS.value(), 1);
        after(1_000);
        assertThat(said).hasSize(2);
        assertThat(end).isNotDone();
    }

    @Test
    void aWaitThatBeginsWhileItsNodeIsAwayWaitsToo() {
        cluster.remove(PROCESS.value(), 1);
        cluster.state(2, Membership.State.LEFT);
        CompletableFuture<ExitStatus> end = waits();
        after(60_000);
        assertThat(said).hasSize(1);
        assertThat(end).isNotDone();
        cluster.state(2, Membership.State.UP);
        cluster.placeGone(PROCESS, 1, 2);
        after(1_000);
        after(6_000);
        assertThat(end).isCompletedWithValue(ExitStatus.unknown("nobody saw how it ended"));
    }

    @Test
    void whatNeverWasIsRefusedAtOnce() {
        assertThatThrownBy(() -> waiters.waitFor(new VPid(1_000_002), said::add).join()).hasMessageContaining("there is no process 1000002");
    }
}
