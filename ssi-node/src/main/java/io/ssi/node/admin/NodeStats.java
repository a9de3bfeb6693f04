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

    private static final int BYTES = Double.BYTES + Integer.BYTES + Long.BYTES;

    /**
     * @param load average of the last minute (getloadavg(3)), negative when unknown
     * @param startedMillis when its daemon started
     */
    public record Stats(double load, int cores, long startedMillis) {}

    private final ClusterMap map;
    private final NodeId self;
    private final long startedMillis = System.currentTimeMillis();

    public NodeStats(ClusterMap map, NodeId self) {
        this.map = map;
        this.self = self;
    }

    /** Tells the others about this node. */
    public void tell() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        int cores = Runtime.getRuntime().availableProcessors();
        byte[] value = ByteBuffer.allocate(BYTES).putDouble(load).putInt(cores).putLong(startedMillis).array();
        map.put(self.number(), new ClusterMap.Row(self.number(), 1, value));
    }

    public Optional<Stats> of(NodeId node) {
        return map.get(node.number()).filter(row -> row.value().length == BYTES).map(row -> {
            ByteBuffer value = ByteBuffer.wrap(row.value());
            return new Stats(value.getDouble(), value.getInt(), value.getLong());
        });
    }
}
