package io.ssi.vproc.node;

import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What commands, consoles and programs ask of migration. Implemented by the coordinator; none of the methods blocks. */
public interface MigrationService {
    /**
     * Moves a process from wherever it is.
     *
     * @param user who asks
     * @param wait how long pins may take to pass
     * @param progress gets a JSON object for each step; called on any thread, in order, before the future completes
     * @return the result as a JSON object with the pause and its parts; fails with an SsiException, and the process then goes on
     */
    CompletableFuture<String> migrate(VPid vpid, NodeId target, String user, Duration wait, Consumer<String> progress);

    /** Says what would pin the process, without moving it; a JSON object. */
    CompletableFuture<String> explain(VPid vpid, String user, Duration wait);

    /** The migrations of this daemon, running and recent ones, as a JSON array; for consoles. */
    String recent();
}
