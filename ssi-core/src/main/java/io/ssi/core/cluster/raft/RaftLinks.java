package io.ssi.core.cluster.raft;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** How a member reaches the others; no method blocks. */
public interface RaftLinks {
    boolean isUp(int node);

    /** May be lost, doubled or late. */
    void send(int node, byte[] frame);

    /** Asks another node to have a command decided, if it leads. A future that fails means the outcome is unknown. */
    CompletableFuture<Proposal> propose(int node, byte[] command, int waitMillis);

    /** Nodes that may lead or know who does. */
    List<Integer> others();
}
