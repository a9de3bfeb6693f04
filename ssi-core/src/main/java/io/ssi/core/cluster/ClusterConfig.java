package io.ssi.core.cluster;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * What a daemon says about itself when it starts its part of the control plane.
 *
 * @param nodeName  shown to people; not unique
 * @param seeds     where to ask for admission; empty for a cluster of its own. Not used by a node that is a member already
 * @param maps      false leaves Hazelcast out: no maps, and hung peers are noticed by their links only (tests of the Raft group)
 * @param timeScale how much faster than its whole-second settings the Raft group's clock runs; 4 gives a new leader in about 0.9 s
 */
public record ClusterConfig(String nodeName, List<InetSocketAddress> seeds, boolean maps, int timeScale) {
    public static final int TIME_SCALE = 4;

    public ClusterConfig {
        seeds = List.copyOf(seeds);
        if (nodeName.isBlank() || nodeName.length() > 255) {
            throw new SsiException(ErrorCode.BAD_CONFIG, "the node name \"" + nodeName + "\" is empty or longer than 255 characters");
        }
        if (timeScale < 1 || timeScale > 16) {
            throw new SsiException(ErrorCode.BAD_CONFIG, "the time scale of the Raft group is " + timeScale + "; use 1..16");
        }
    }

    public ClusterConfig(String nodeName, List<InetSocketAddress> seeds) {
        this(nodeName, seeds, true, TIME_SCALE);
    }
}
