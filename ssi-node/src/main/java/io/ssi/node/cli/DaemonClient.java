package io.ssi.node.cli;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.json.Json;
import io.ssi.core.wire.LinkCodec;
import io.ssi.core.wire.LinkMessage;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A command's connection to a daemon. Blocking, for one thread. */
public final class DaemonClient implements AutoCloseable {
    private final SocketChannel channel;
    private final DataInputStream in;
    private final OutputStream out;
    private final Path path;

    /** The daemon ended, or was ended, before it answered. */
    static final class HungUp extends SsiException {
        HungUp(Path path, IOException cause) {
            super(ErrorCode.PEER_LOST, "the node daemon at " + path + " hung up before it answered; see ssi-node status", cause);
        }
    }

    private DaemonClient(Path path, SocketChannel channel) {
        this.path = path;
        this.channel = channel;
        this.in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)));
        this.out = Channels.newOutputStream(channel);
    }

    /** @throws SsiException DAEMON_NOT_RUNNING when nobody listens there */
    public static DaemonClient connect(Path path) {
        DaemonClient client;
        try {
            client = new DaemonClient(path, SocketChannel.open(UnixDomainSocketAddress.of(path)));
        } catch (IOException e) {
            throw new SsiException(ErrorCode.DAEMON_NOT_RUNNING, "no node daemon listens at " + path + " (" + e.getMessage()
                    + "); start one with: " + startOf(path), e);
        }
        try {
            client.hello();
            return client;
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /** The command that starts the daemon of this socket, and not another. */
    private static String startOf(Path socket) {
        if (socket.equals(SocketPath.find())) {
            return "ssi-node start";
        }
        boolean usual = socket.endsWith("daemon.sock") && socket.getParent() != null;
        return "ssi-node start -o " + (usual ? "state-dir=" + socket.getParent() : "socket=" + socket);
    }

    private void hello() {
        send(new LinkMessage.Hello(LinkMessage.PROTOCOL, LinkMessage.Role.ADMIN, 0, ProcessHandle.current().pid(), 0, "", "", List.of(),
                System.getProperty("user.name", ""), "", 0, 0, 0, 0, new byte[0]));
        LinkMessage answer = receive();
        if (!(answer instanceof LinkMessage.Welcome)) {
            throw unexpected(answer);
        }
    }

    /**
     * Asks and waits for the reply.
     *
     * @param progress gets each progress object's JSON
     * @return the result as JSON
     * @throws SsiException the daemon's refusal
     * @throws HungUp when it ended meanwhile
     */
    public String ask(String verb, Consumer<String> progress, String... arguments) {
        send(new LinkMessage.AdminRequest(verb, List.of(arguments)));
        while (true) {
            LinkMessage answer = receive();
            if (answer instanceof LinkMessage.AdminProgress step) {
                progress.accept(step.json());
            } else if (answer instanceof LinkMessage.AdminReply reply) {
                if (reply.code() != 0) {
                    throw new SsiException(ErrorCode.of(reply.code()), reply.message());
                }
                return reply.json();
            } else {
                throw unexpected(answer);
            }
        }
    }

    public Object ask(String verb, String... arguments) {
        return Json.parse(ask(verb, step -> { }, arguments));
    }

    private void send(LinkMessage message) {
        try {
            LinkCodec.write(out, message);
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private LinkMessage receive() {
        try {
            LinkMessage message = LinkCodec.read(in);
            if (message == null) {
                throw lost(null);
            }
            return message;
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private SsiException lost(IOException cause) {
        return new HungUp(path, cause);
    }

    private static SsiException unexpected(LinkMessage answer) {
        return answer instanceof LinkMessage.Refused refused
                ? new SsiException(ErrorCode.of(refused.code()), refused.message())
                : new SsiException(ErrorCode.BAD_FRAME, "the daemon answered with " + answer.getClass().getSimpleName() + "; use commands of its version");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing is lost with it.
        }
    }
}
