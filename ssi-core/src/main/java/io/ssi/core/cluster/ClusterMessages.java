package io.ssi.core.cluster;

import io.ssi.core.net.MessageRegistry;
import io.ssi.core.net.Transport;
import java.util.List;

/** What the control planes of two daemons say to each other. */
final class ClusterMessages {
    /** One message of the Raft group. */
    record RaftFrame(byte[] bytes) implements Transport.Message {}

    /** Have this command decided, if you lead. */
    record Propose(byte[] command, int waitMillis) implements Transport.Request<Proposed> {}

    /** outcome: the ordinal of a Proposal.Outcome. */
    record Proposed(int outcome, int leader, byte[] answer) {}

    /** Admit me. clusterId is "" for a node that is in no cluster yet; requestId makes a repeated request harmless. */
    record Join(String uuid, String name, String address, String clusterId, long requestId) implements Transport.Request<Joined> {}

    record Joined(int number, String clusterId, List<Peer> peers, int[] firstVoters) {}

    record Peer(int number, String uuid, String name, String address) {}

    /** This node stops in order. */
    record Leaving(String cause) implements Transport.Request<Boolean> {}

    /** Heads a stream that carries one connection to the receiver's member port. */
    record MemberConnection(int from) implements Transport.Message {}

    private ClusterMessages() {}

    static MessageRegistry register(MessageRegistry registry) {
        return registry.register(10, RaftFrame.class).register(11, Propose.class).register(12, Proposed.class).register(13, Join.class)
                .register(14, Joined.class).register(15, Peer.class).register(16, Leaving.class).register(17, MemberConnection.class);
    }
}
