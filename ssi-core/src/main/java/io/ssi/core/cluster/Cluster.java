package io.ssi.core.cluster;

import io.micrometer.core.instrument.MeterRegistry;
import io.ssi.core.net.MessageRegistry;
import io.ssi.core.net.Transport;
import java.nio.file.Path;

/** This node's part of the control plane: who is there, the maps, and the decisions. All methods are thread-safe. */
public interface Cluster extends AutoCloseable {
    /**
     * Starts the control plane of this node over a transport that listens already and was built with {@link #messages}; calls
     * {@link Transport#identify} itself. A node that has a number in its state folder comes back with it; a new one asks the
     * seeds, or founds a cluster of one when there are none. Returns when this node has its number and runs; blocks for at
     * most about 30 s. The transport stays the caller's: close it after the cluster.
     *
     * @param stateDir           folder of this node alone: its identity, the Raft log; created when missing
     * @param clusterKeyMaterial the shared secret; only derived keys are used
     * @throws io.ssi.core.error.SsiException BAD_CONFIG for a state folder that is damaged, of another cluster or in use,
     *     PORT_TAKEN when the loopback address of the member port is taken, NO_QUORUM or TIMEOUT when nobody could admit it
     */
    static Cluster start(ClusterConfig config, Transport transport, Path stateDir, byte[] clusterKeyMaterial, MeterRegistry meters) {
        return LiveCluster.start(config, transport, stateDir, clusterKeyMaterial, meters);
    }

    /** Registers every message of the control plane; numbers 10..29. */
    static MessageRegistry messages(MessageRegistry registry) {
        return ClusterMessages.register(registry);
    }

    Membership membership();

    Consensus consensus();

    /** The map of this name, made at first use; the same object for the same name. At most 16 names. */
    ClusterMap map(String name);

    /** Tells the others that this node stops in order, with the cause they will show, and gives leadership away. Blocks for at most about 3 s; then {@link #close}. */
    void leave(String cause);

    /** Stops without a word; the others see the node go down. Idempotent, does not throw, bounded by about 5 s. */
    @Override
    void close();
}
