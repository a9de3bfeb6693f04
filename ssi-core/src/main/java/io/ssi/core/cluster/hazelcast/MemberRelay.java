package io.ssi.core.cluster.hazelcast;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.net.ByteStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries member connections to other hosts: for each node there, its loopback address is opened here and every connection to it becomes
 * a stream to that node, which connects to its own member port. When the link is down a connection is closed at once, so that
 * Hazelcast counts its faults quickly. Small writes are not delayed: without that a tenth of the calls take 40 ms.
 */
public final class MemberRelay implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MemberRelay.class);
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int CONNECTIONS_MAX = 4096;
    private static final int CONNECT_MILLIS_MAX = 1000;

    private final LoopbackPlan plan;
    private final int self;
    private final IntFunction<ByteStream> open;
    private final Map<Integer, ServerSocket> doors = new ConcurrentHashMap<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /** open makes a stream to a node or throws an SsiException. */
    public MemberRelay(LoopbackPlan plan, int self, IntFunction<ByteStream> open) {
        this.plan = plan;
        this.self = self;
        this.open = open;
    }

    /** Opens the node's address here. Safe to repeat. Throws PORT_TAKEN. */
    public void carry(int node) {
        doors.computeIfAbsent(node, _ -> {
            try {
                ServerSocket door = new ServerSocket();
                door.setReuseAddress(true);
                door.bind(plan.address(node));
                Thread.ofVirtual().name("ssi-relay-" + node).start(() -> accept(node, door));
                return door;
            } catch (IOException e) {
                throw new SsiException(ErrorCode.PORT_TAKEN, "the loopback address " + plan.text(node) + " for connections to node " + node
                        + " is taken (" + e.getMessage() + "); see: ss -ltnp", e);
            }
        });
    }

    private void accept(int node, ServerSocket door) {
        while (!door.isClosed()) {
            try {
                Socket socket = door.accept();
                if (sockets.size() >= CONNECTIONS_MAX) {
                    socket.close();
                    continue;
                }
                Thread.ofVirtual().start(() -> outgoing(node, socket));
            } catch (IOException e) {
                log.trace("no more connections to node {} are relayed", node, e);
            }
        }
    }

    private void outgoing(int node, Socket socket) {
        try {
            join(socket, open.apply(node));
        } catch (SsiException | IOException e) {
            log.debug("a member connection to node {} was closed: {}", node, e.getMessage());
            closeQuietly(socket);
        }
    }

    /** A stream that another node opened: joins it with this node's member port. */
    public void accepted(ByteStream stream) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(plan.address(self).getAddress(), LoopbackPlan.PORT), CONNECT_MILLIS_MAX);
            join(socket, stream);
        } catch (IOException e) {
            closeQuietly(socket);
            stream.reset("the member port of node " + self + " does not answer");
            throw e;
        }
    }

    private void join(Socket socket, ByteStream stream) throws IOException {
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        Thread.ofVirtual().start(() -> pump(socket, stream, true));
        Thread.ofVirtual().start(() -> pump(socket, stream, false));
    }

    /** Either direction's end ends both: Hazelcast never half-closes. */
    private void pump(Socket socket, ByteStream stream, boolean out) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream from = out ? socket.getInputStream() : stream.input();
            OutputStream to = out ? stream.output() : socket.getOutputStream();
            for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                to.write(buffer, 0, count);
                to.flush();
            }
        } catch (IOException e) {
            log.trace("a relayed member connection broke", e);
        } finally {
            sockets.remove(socket);
            closeQuietly(socket);
            stream.reset("the member connection ended");
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            log.trace("closing failed", e);
        }
    }

    @Override
    public void close() {
        doors.values().forEach(MemberRelay::closeQuietly);
        sockets.forEach(MemberRelay::closeQuietly);
    }
}
