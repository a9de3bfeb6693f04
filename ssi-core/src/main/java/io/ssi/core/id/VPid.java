package io.ssi.core.id;

/**
 * Cluster-wide process number: {@code origin node x 1,000,000 + sequence}. It fits an int, is readable (3000017 is the
 * 17th process born on node 3) and never changes, wherever the process moves.
 */
public record VPid(int value) implements Comparable<VPid> {
    public static final int PER_NODE = 1_000_000;

    public VPid {
        int node = value / PER_NODE;
        if (value <= 0 || node < 1 || node > NodeId.MAX || value % PER_NODE == 0) {
            throw new IllegalArgumentException(value + " is not a VPID (node x 1000000 + sequence, for example 3000017)");
        }
    }

    public static VPid of(NodeId origin, int sequence) {
        if (sequence < 1 || sequence >= PER_NODE) {
            throw new IllegalArgumentException("process sequence " + sequence + " is not in 1.." + (PER_NODE - 1));
        }
        return new VPid(origin.number() * PER_NODE + sequence);
    }

    /** The node that gave this number. */
    public NodeId origin() {
        return new NodeId(value / PER_NODE);
    }

    public int sequence() {
        return value % PER_NODE;
    }

    @Override
    public int compareTo(VPid other) {
        return Integer.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
