package io.ssi.node.admin;

import io.ssi.core.cluster.ClusterMap;
import io.ssi.core.id.NodeId;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The load of each node, told by it every two seconds through the cluster's map {@value #MAP}. */
public final class NodeStats {
    public static final String MAP = "load";
    public static final long TELL_MILLIS = 2_000;

    /** @param load average of the last minute (getloadavg(3)), negative when unknown */
    public record Stats(double load, int cores) {}

    private final ClusterMap map;
    private final NodeId self;

    public NodeStats(ClusterMap map, NodeId self) {
        this.map = map;
        this.self = self;
    }

    /** Tells the others about this node. */
    public void tell() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        byte[] value = ByteBuffer.allocate(Double.BYTES + Integer.BYTES).putDouble(load).putInt(Runtime.getRuntime().availableProcessors()).array();
        map.put(self.number(), new ClusterMap.Row(self.number(), 1, value));
    }

    public Optional<Stats> of(NodeId node) {
        return map.get(node.number()).filter(row -> row.value().length == Double.BYTES + Integer.BYTES).map(row -> {
            ByteBuffer value = ByteBuffer.wrap(row.value());
            return new Stats(value.getDouble(), value.getInt());
        });
    }
}
