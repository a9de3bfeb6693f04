package io.ssi.core.cluster;

import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Decisions that must never split, made by the Raft group {@code sys}. Commands carry a request id and are idempotent by it.
 * Futures fail with NO_QUORUM (nothing was done) or {@link io.ssi.core.error.OutcomeUnknownException} (it may have been).
 */
public interface Consensus {
    /**
     * Where a process is: the commit of a migration is the change of this row.
     *
     * @param attempt grows with each veto of a move away from here; 0 at first
     * @param move request id of the move that brought it here, another number where it was born
     */
    record Place(VPid vpid, NodeId node, int incarnation, int attempt, long move) {}

    /** The block of sequence numbers this node may give out next: first..first+count-1. */
    CompletableFuture<Integer> nextVPidBlock(NodeId origin, int count, long requestId);

    /** First row of a process. */
    CompletableFuture<Void> placeBorn(VPid vpid, NodeId node, int incarnation, long requestId);

    /** Compare-and-set: succeeds only if node, incarnation and attempt are those of the row; true if now (to, incarnation+1) by this request id. */
    CompletableFuture<Boolean> placeMove(Place from, NodeId to, long requestId);

    /**
     * Calls off every move of this incarnation away from this node that is not committed yet; without effect when the process is
     * not there any more. Safe to repeat.
     *
     * @return the row after it, empty if there is none
     */
    CompletableFuture<Optional<Place>> placeVeto(VPid vpid, NodeId node, int incarnation, long requestId);

    /** The process ended: removes its row if its incarnation is not newer. */
    CompletableFuture<Void> placeGone(VPid vpid, int incarnation, long requestId);

    /** Linearizable read. */
    CompletableFuture<Optional<Place>> place(VPid vpid);

    /** The node now known as leader, if any; for the status. */
    Optional<NodeId> leader();

    /** Called after each applied change of a place, in commit order, on one thread. */
    void onPlace(Consumer<Place> listener);
}
