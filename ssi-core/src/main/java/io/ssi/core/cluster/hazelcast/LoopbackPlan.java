package io.ssi.core.cluster.hazelcast;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Which loopback address each node of a cluster has its member port at, the same on every host: {@code 127.A.B+n/256.n%256}, where
 * 12 bits of A and B come from the cluster's id, so that clusters on one host rarely meet.
 */
public final class LoopbackPlan {
    public static final int PORT = 5701;
    private static final int A_FIRST = 64;
    private static final int A_COUNT = 190;

    private final int a;
    private final int b;

    public LoopbackPlan(String clusterId) {
        CRC32C crc = new CRC32C();
        crc.update(clusterId.getBytes(StandardCharsets.UTF_8));
        int hash = (int) (crc.getValue() & 0x7fffffff);
        a = A_FIRST + hash % A_COUNT;
        b = hash / A_COUNT % 16 * 16;
    }

    public InetSocketAddress address(int node) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, (byte) a, (byte) (b + node / 256), (byte) (node % 256)}), PORT);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    public String text(int node) {
        return address(node).getAddress().getHostAddress() + ":" + PORT;
    }

    /** The node whose address this is; 0 for none. */
    public int node(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean ours = bytes.length == 4 && bytes[0] == 127 && (bytes[1] & 255) == a && (bytes[2] & 255) - b >= 0 && (bytes[2] & 255) - b < 16;
        return ours ? ((bytes[2] & 255) - b) * 256 + (bytes[3] & 255) : 0;
    }

    /** Throws PORT_TAKEN if something listens there already. */
    public void check(int node) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(address(node));
        } catch (IOException e) {
            throw new SsiException(ErrorCode.PORT_TAKEN, "the loopback address " + text(node) + " that this node's member port needs is taken (" + e.getMessage()
                    + "); is a daemon of this node still running? See: ss -ltnp src " + address(node).getAddress().getHostAddress(), e);
        }
    }
}
