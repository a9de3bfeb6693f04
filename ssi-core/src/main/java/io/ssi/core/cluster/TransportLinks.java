package io.ssi.core.cluster;

import io.ssi.core.cluster.raft.Proposal;
import io.ssi.core.cluster.raft.RaftLinks;
import io.ssi.core.id.NodeId;
import io.ssi.core.net.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The Raft group's links are the transport's. */
record TransportLinks(Transport transport, Supplier<List<Integer>> known) implements RaftLinks {
    /** How much longer than the asked node's own patience its answer may take. */
    private static final int MARGIN_MILLIS = 200;

    @Override
    public boolean isUp(int node) {
        return transport.isUp(new NodeId(node));
    }

    @Override
    public void send(int node, byte[] frame) {
        transport.send(new NodeId(node), new ClusterMessages.RaftFrame(frame));
    }

    @Override
    public CompletableFuture<Proposal> propose(int node, byte[] command, int waitMillis) {
        return transport.call(new NodeId(node), new ClusterMessages.Propose(command, waitMillis), Duration.ofMillis(waitMillis + MARGIN_MILLIS))
                .thenApply(answer -> new Proposal(Proposal.Outcome.values()[answer.outcome()], answer.leader(), answer.answer()));
    }

    @Override
    public List<Integer> others() {
        return known.get();
    }
}
