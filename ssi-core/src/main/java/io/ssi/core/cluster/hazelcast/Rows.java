package io.ssi.core.cluster.hazelcast;

import io.ssi.core.cluster.ClusterMap;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A row as Hazelcast holds it: owner, version, value. */
final class Rows {
    private static final int HEAD = 8;

    private Rows() {}

    static byte[] bytes(ClusterMap.Row row) {
        return ByteBuffer.allocate(HEAD + row.value().length).putInt(row.owner()).putInt(row.version()).put(row.value()).array();
    }

    static ClusterMap.Row row(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new ClusterMap.Row(buffer.getInt(), buffer.getInt(), Arrays.copyOfRange(bytes, HEAD, bytes.length));
    }

    static int version(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getInt(4);
    }

    static boolean same(ClusterMap.Row one, ClusterMap.Row other) {
        return one != null && other != null && one.owner() == other.owner() && one.version() == other.version() && Arrays.equals(one.value(), other.value());
    }
}
