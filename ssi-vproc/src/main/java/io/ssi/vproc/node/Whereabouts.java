package io.ssi.vproc.node;

import io.ssi.core.cluster.Consensus;
import io.ssi.core.cluster.Membership;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.vproc.ProcessRow;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Where processes are, also those without a row in the table because their node is away: the Raft group still knows the place.
 * Thread-safe.
 */
public final class Whereabouts {
    private static final long ASK_MILLIS = 2_000;
    /** So long its node may take to tell of it: after a start of its daemon, or while the table is behind. */
    private static final long SOON_MILLIS = 5_000;
    private static final long LOOK_MILLIS = 50;

    private final ProcessRegistry processes;
    private final Consensus consensus;
    private final Membership membership;
    private final long lostMillis;
    /** Of nodes that are not in the register, milliseconds of the wall clock. */
    private final Map<NodeId, Long> unknownSince = new ConcurrentHashMap<>();
    private volatile Host host = (node, vpid, incarnation) -> CompletableFuture.completedFuture(false);

    /** The word of a node on what it runs. */
    interface Host {
        CompletableFuture<Boolean> runs(NodeId node, VPid vpid, int incarnation);
    }

    Whereabouts(ProcessRegistry processes, VprocService.Parts parts) {
        this.processes = processes;
        this.consensus = parts.consensus();
        this.membership = parts.membership();
        this.lostMillis = parts.lostMillis();
    }

    void ask(Host whichKnows) {
        host = whichKnows;
    }

    /**
     * A process that the group has a place for and the table no row.
     *
     * @param state of the node; JOINING for one that is not known here yet
     * @param longSo whether it has been so for longer than a daemon that is started again takes to find its processes, and such a daemon says
     *     that it runs there no more
     */
    record Away(VPid vpid, NodeId node, int incarnation, Membership.State state, boolean longSo) {
        /** Its node is there and will tell of it. */
        boolean isSoonBack() {
            return (state == Membership.State.UP || state == Membership.State.JOINING) && !hasEnded();
        }

        boolean isLost() {
            return state == Membership.State.DOWN && longSo;
        }

        /** Its node is there again and had the time to find it. */
        boolean hasEnded() {
            return state == Membership.State.UP && longSo;
        }

        String cause() {
            return hasEnded() ? "it ended while the daemon of node " + node + " was away" : "node " + node + " was lost";
        }

        /** Of one that is neither lost for sure nor ended. */
        String sentence() {
            String place = "process " + vpid + " is on node " + node;
            return switch (state) {
                case LEFT -> place + ", which is LEFT: it is out of reach until that host's daemon is back (ssi-node start), and runs on there unless it has ended";
                case DOWN, SUSPECT -> place + ", which is " + state
                        + ": it is out of reach until that node is back, and lost if its host is; see ssi-cluster --history";
                case UP, JOINING -> place + ", of which no more is known here yet; ask again in some seconds";
            };
        }
    }

    /** Whether the daemon of a node was stopped in order: its processes and terminals are there still. */
    boolean hasLeft(NodeId node) {
        return is(node, Membership.State.LEFT, 0);
    }

    boolean isUp(NodeId node) {
        return is(node, Membership.State.UP, 0);
    }

    boolean isLost(NodeId node) {
        return is(node, Membership.State.DOWN, lostMillis);
    }

    private boolean is(NodeId node, Membership.State state, long forMillis) {
        Membership.Node one = node(node);
        return one.state() == state && System.currentTimeMillis() - one.sinceMillis() >= forMillis;
    }

    /** One that is not in the register joins just now; after a while it is known to have been taken out, and is down for good. */
    private Membership.Node node(NodeId number) {
        Optional<Membership.Node> known = membership.nodes().stream().filter(one -> one.id().equals(number)).findAny();
        if (known.isPresent()) {
            unknownSince.remove(number);
            return known.get();
        }
        long since = unknownSince.computeIfAbsent(number, first -> System.currentTimeMillis());
        Membership.State state = System.currentTimeMillis() - since >= lostMillis ? Membership.State.DOWN : Membership.State.JOINING;
        return new Membership.Node(number, "", "", state, since, 0);
    }

    /** Empty if there is none: it has ended, or never was. Fails with NO_QUORUM. */
    CompletableFuture<Optional<Away>> away(VPid vpid) {
        return consensus.place(vpid).thenCompose(place -> {
            Optional<Away> away = place.map(this::away);
            return away.filter(Away::hasEnded).isPresent() ? confirmed(place.get(), away.get()) : CompletableFuture.completedFuture(away);
        });
    }

    private Away away(Consensus.Place place) {
        Membership.Node node = node(place.node());
        return new Away(place.vpid(), place.node(), place.incarnation(), node.state(), System.currentTimeMillis() - node.sinceMillis() >= lostMillis);
    }

    /** That there is no row is no proof: this node's copy of the table has none of others for a while when its member of Hazelcast is alone. */
    private CompletableFuture<Optional<Away>> confirmed(Consensus.Place place, Away away) {
        Away runs = new Away(away.vpid, away.node, away.incarnation, away.state, false);
        return host.runs(away.node, away.vpid, away.incarnation).exceptionally(unreachable -> true).thenCompose(there ->
                there ? CompletableFuture.completedFuture(Optional.of(runs)) : consensus.place(away.vpid).thenCompose(now ->
                        now.equals(Optional.of(place)) ? CompletableFuture.completedFuture(Optional.of(away)) : away(away.vpid)));
    }

    /** Tells which parents of these have ended or are lost, other than by a row; the children of one that is only out of reach keep it. */
    void tellOver(Collection<ProcessRow> children, IntConsumer over) {
        children.stream().map(ProcessRow::parent).filter(parent -> parent > 0 && processes.row(new VPid(parent)).isEmpty()).distinct()
                .forEach(parent -> away(new VPid(parent)).thenAccept(away -> {
                    if (away.isEmpty() || away.get().isLost() || away.get().hasEnded()) {
                        over.accept(parent);
                    }
                }));
    }

    /**
     * The row of a live process. Blocks for some seconds where there is none and its node will tell of it.
     *
     * @throws SsiException NO_SUCH_PROCESS; NODE_DOWN or STALE_INCARNATION when it is known where it is, but not how it is; NO_QUORUM when
     *     not even that is
     */
    public ProcessRow live(VPid vpid) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SOON_MILLIS);
        while (true) {
            Optional<ProcessRow> row = processes.row(vpid);
            if (row.isPresent() && !row.get().isZombie()) {
                return row.get();
            }
            SsiException why = row.isPresent() ? none(vpid) : absent(vpid);
            if (why.code() != ErrorCode.STALE_INCARNATION || System.nanoTime() >= end
                    || Thread.currentThread().isInterrupted()) {
                throw why;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
    }

    static SsiException none(VPid vpid) {
        return new SsiException(ErrorCode.NO_SUCH_PROCESS, "there is no process " + vpid + "; ssi-ps shows all");
    }

    /**
     * Why a process without a row cannot be asked or told anything: NO_SUCH_PROCESS, NODE_DOWN, STALE_INCARNATION if that will be over soon,
     * or NO_QUORUM. Never fails.
     */
    CompletableFuture<SsiException> why(VPid vpid) {
        return away(vpid).handle((away, failure) -> {
            if (failure != null) {
                return new SsiException(ErrorCode.NO_QUORUM, "no node that can be reached runs a process " + vpid
                        + ", and without a quorum it is not known whether another does; see ssi-cluster");
            }
            return away.filter(known -> !known.hasEnded())
                    .map(known -> new SsiException(known.isSoonBack() ? ErrorCode.STALE_INCARNATION : ErrorCode.NODE_DOWN, known.sentence()))
                    .orElseGet(() -> none(vpid));
        });
    }

    private SsiException absent(VPid vpid) {
        try {
            return why(vpid).get(ASK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException late) {
            return new SsiException(ErrorCode.TIMEOUT, "where process " + vpid + " is could not be found out within " + ASK_MILLIS + " ms; ask again", late);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return none(vpid);
        }
    }
}
