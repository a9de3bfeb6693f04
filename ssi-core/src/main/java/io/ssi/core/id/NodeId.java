package io.ssi.core.id;

/** Number of a node, 1..{@value #MAX}, given once by the cluster and stable across restarts. */
public record NodeId(int number) implements Comparable<NodeId> {
    public static final int MAX = 2147;

    public NodeId {
        if (number < 1 || number > MAX) {
            throw new IllegalArgumentException("node number " + number + " is not in 1.." + MAX);
        }
    }

    @Override
    public int compareTo(NodeId other) {
        return Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return Integer.toString(number);
    }
}
