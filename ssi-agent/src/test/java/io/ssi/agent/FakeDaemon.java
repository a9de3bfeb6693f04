package io.ssi.agent;

import io.ssi.core.wire.LinkCodec;
import io.ssi.core.wire.LinkMessage;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A daemon's socket with a test behind it instead of a cluster. Welcomes everybody as the same process. */
final class FakeDaemon implements AutoCloseable {
    static final int VPID = 1_000_017;

    final Path path;
    final LinkedBlockingQueue<LinkMessage> received = new LinkedBlockingQueue<>();
    private final ServerSocketChannel server;
    private volatile SocketChannel connection;

    FakeDaemon(Path folder) throws IOException {
        path = folder.resolve("d.sock");
        Files.deleteIfExists(path);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
        Thread.ofPlatform().daemon().start(this::serve);
    }

    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel now = server.accept()) {
                DataInputStream in = new DataInputStream(Channels.newInputStream(now));
                connection = now;
                LinkMessage hello = LinkCodec.read(in);
                LinkMessage.Role role = ((LinkMessage.Hello) hello).role();
                send(new LinkMessage.Welcome(VPID, 1, "node1", role == LinkMessage.Role.LANDING ? 0 : 1, new byte[0], ""));
                received.add(hello);
                LinkMessage m = LinkCodec.read(in);
                while (m != null) {
                    received.add(m);
                    // After the last word a daemon hangs up.
                    m = m instanceof LinkMessage.Exiting ? null : LinkCodec.read(in);
                }
            } catch (IOException e) {
                // The JVM ended; the next may come.
            }
        }
    }

    void send(LinkMessage message) throws IOException {
        ByteBuffer frame = ByteBuffer.wrap(LinkCodec.encode(message));
        while (frame.hasRemaining()) {
            connection.write(frame);
        }
    }

    /** Ends the connection, as a daemon that dies. */
    void hangUp() throws IOException {
        connection.close();
    }

    <T extends LinkMessage> T await(Class<T> type) throws InterruptedException {
        while (true) {
            LinkMessage message = received.poll(20, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no " + type.getSimpleName());
            }
            if (type.isInstance(message)) {
                return type.cast(message);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
    }
}
