package io.ssi.vproc.node;

import io.ssi.core.id.VPid;
import io.ssi.vproc.ProcessRow;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What the rest of the daemon may ask of and do to the processes. Thread-safe. {@link #row} and {@link #rows} read the local
 * view of the whole cluster and never block; the others wait for the service's thread for a moment, so they must not be called
 * from it (listeners run elsewhere).
 */
public interface ProcessRegistry {
    /** A process hosted by this daemon. */
    record Local(ProcessRow row, AppLink link) {}

    Optional<ProcessRow> row(VPid vpid);

    /** All processes of the cluster by number, zombies too. */
    List<ProcessRow> rows();

    /** Empty when the process does not live here, has ended, or its JVM is not connected at the moment. */
    Optional<Local> local(VPid vpid);

    /** Completes when the Raft group knows where the process is; a move cannot be committed before. */
    CompletableFuture<Void> settled(VPid vpid);

    /**
     * Begins a move away from here: the state becomes MOVING and signals wait until {@link #moveOff} or {@link #release}.
     *
     * @throws io.ssi.core.error.SsiException NO_SUCH_PROCESS, or MIGRATION_IN_PROGRESS when it is moving already
     */
    Local beginMove(VPid vpid);

    /** Nobody knows whether the move was committed; the state becomes UNDECIDED until {@link #moveOff} or {@link #release}. */
    void moveUndecided(VPid vpid, int incarnation);

    /** The move did not happen; the process goes on here. Harmless when repeated or late. */
    void moveOff(VPid vpid, int incarnation);

    /** The move away was committed: forgets the process. Its row belongs to the new host. Harmless when repeated. */
    void release(VPid vpid, int incarnation);

    /**
     * The move to here was committed: the process lives in this landing from now on. Call it before Go.
     *
     * @param before the row as the source had it; the new one has the next incarnation
     * @return the new row
     */
    ProcessRow adopt(ProcessRow before, Landing landing);
}
