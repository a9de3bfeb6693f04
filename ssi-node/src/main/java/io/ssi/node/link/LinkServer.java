package io.ssi.node.link;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.node.HostLink;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on the daemon's Unix socket (0600). Only the daemon's own user and root may connect; the kernel tells who it is. A
 * connection that does not begin with a Hello of this protocol within {@value #HELLO_MILLIS_MAX} ms is refused.
 */
public final class LinkServer implements AutoCloseable {
    static final int CONNECTIONS_MAX = 12_000;
    static final long HELLO_MILLIS_MAX = 10_000;
    /** Longest path the kernel takes for a Unix socket, bytes (unix(7), without the final zero). */
    private static final int PATH_BYTES_MAX = 107;
    private static final int BACKLOG = 256;
    /** S_IFMT and S_IFSOCK of inode(7). */
    private static final int FILE_TYPE = 0170000;
    private static final int FILE_TYPE_SOCKET = 0140000;
    private static final Logger LOG = LoggerFactory.getLogger(LinkServer.class);

    /** Who serves connections after their Hello. */
    @FunctionalInterface
    public interface Door {
        /**
         * May block; called on the connection's own thread.
         *
         * @return the message to answer with first, or null
         * @throws SsiException to refuse
         */
        LinkMessage hello(LinkMessage.Hello hello, HostLink link);
    }

    private final Path path;
    private final Door door;
    private final String ownUser = System.getProperty("user.name");
    private final Set<LinkConnection> connections = ConcurrentHashMap.newKeySet();
    private ServerSocketChannel server;

    public LinkServer(Path path, Door door) {
        this.path = path;
        this.door = door;
    }

    /** @throws SsiException CANNOT_START when the socket cannot be made; a socket left by a dead daemon is replaced, nothing else */
    public void start() {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length > PATH_BYTES_MAX) {
            throw new SsiException(ErrorCode.CANNOT_START, "the socket path " + path + " is longer than " + PATH_BYTES_MAX
                    + " bytes, more than the kernel takes; set a shorter one in SSI_SOCKET");
        }
        try {
            clearPath();
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path), BACKLOG);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new SsiException(ErrorCode.CANNOT_START, "cannot listen at the socket " + path + ": " + e.getMessage(), e);
        }
        Thread.ofVirtual().name("ssi-link-accept").start(this::acceptLoop);
    }

    /** Only a socket that nobody answers on is in nobody's use. */
    private void clearPath() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & FILE_TYPE) != FILE_TYPE_SOCKET) {
            throw new SsiException(ErrorCode.CANNOT_START, path + " is no socket; move it away, or set another path in SSI_SOCKET");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // Not blocking: a connect waits for ever where the listener's backlog is full.
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            throw new SsiException(ErrorCode.CANNOT_START, "another process listens at the socket " + path
                    + "; stop that daemon, or set another path in SSI_SOCKET");
        } catch (ConnectException nobody) {
            LOG.info("the socket {} was left by a daemon that is gone: {}", path, nobody.getMessage());
            Files.delete(path);
        }
    }

    private void acceptLoop() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                Thread.ofVirtual().name("ssi-link-reader").start(() -> serve(channel));
            } catch (IOException e) {
                if (server.isOpen()) {
                    LOG.warn("a connection could not be accepted: {}", e.toString());
                    pauseAfterFailure();
                }
            }
        }
    }

    /** Out of file descriptors, mostly: others have to end first. */
    private static void pauseAfterFailure() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel channel) {
        LinkConnection connection = null;
        try {
            String user = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
            connection = new LinkConnection(channel, user);
            connections.add(connection);
            connection.startWriter();
            admit(connection, user);
            connection.readLoop();
        } catch (SsiException refused) {
            LOG.info("a connection is refused: {}", refused.getMessage());
            connection.send(new LinkMessage.Refused(refused.code().number(), refused.getMessage()));
        } catch (IOException broken) {
            LOG.debug("a connection broke: {}", broken.toString());
        } catch (RuntimeException defect) {
            LOG.error("a connection failed", defect);
        } finally {
            if (connection != null) {
                connections.remove(connection);
                connection.readLoopEnded();
            }
        }
    }

    private void admit(LinkConnection connection, String user) throws IOException {
        if (!user.equals(ownUser) && !user.equals("root")) {
            throw new SsiException(ErrorCode.NOT_PERMITTED, "this daemon serves user " + ownUser + " and root, not " + user);
        }
        if (connections.size() > CONNECTIONS_MAX) {
            throw new SsiException(ErrorCode.LIMIT, "the daemon has " + CONNECTIONS_MAX + " connections, the limit; end some programs");
        }
        CompletableFuture<Void> said = new CompletableFuture<>();
        CompletableFuture.delayedExecutor(HELLO_MILLIS_MAX, TimeUnit.MILLISECONDS).execute(() -> {
            if (!said.isDone()) {
                connection.close();
            }
        });
        LinkMessage first = connection.read();
        said.complete(null);
        if (!(first instanceof LinkMessage.Hello hello)) {
            throw new SsiException(ErrorCode.BAD_FRAME, "a connection has to begin with Hello");
        }
        if (hello.protocol() != LinkMessage.PROTOCOL) {
            throw new SsiException(ErrorCode.BAD_FRAME, "this daemon speaks protocol " + LinkMessage.PROTOCOL + ", the other side " + hello.protocol()
                    + "; use the agent and the commands of the daemon's version");
        }
        refuseForeignPid(hello.osPid(), user);
        connection.identified(hello.osPid());
        LinkMessage answer = door.hello(hello, connection);
        if (answer != null) {
            connection.send(answer);
        }
    }

    /** The daemon signals this number later, so a user may not name another user's process. */
    private static void refuseForeignPid(long osPid, String user) throws IOException {
        Path proc = Path.of("/proc", Long.toString(osPid));
        if (osPid <= 1 || !user.equals("root") && Files.exists(proc) && !Files.getOwner(proc).getName().equals(user)) {
            throw new SsiException(ErrorCode.NOT_PERMITTED, "host OS process " + osPid + " is not of user " + user);
        }
    }

    public Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            if (server != null) {
                server.close();
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.debug("closing the socket: {}", e.toString());
        }
        connections.forEach(LinkConnection::close);
    }
}
