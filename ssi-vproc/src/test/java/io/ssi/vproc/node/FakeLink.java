package io.ssi.vproc.node;

import io.ssi.core.wire.LinkMessage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A JVM of the host as the daemon sees it. As a deputy it acknowledges all output at once. */
final class FakeLink implements HostLink {
    final List<LinkMessage> sent = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final long osPid;
    /** Whether it tells that it has shown what it got. */
    volatile boolean acknowledges = true;
    private volatile Session session;
    private volatile boolean open = true;

    FakeLink(long osPid) {
        this.osPid = osPid;
    }

    /** What the JVM says. */
    void say(LinkMessage message) {
        session.message(message);
    }

    synchronized String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    <T extends LinkMessage> List<T> sent(Class<T> type) {
        return sent.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public void send(LinkMessage message) {
        sent.add(message);
        if (message instanceof LinkMessage.Stdio stdio) {
            synchronized (this) {
                output.writeBytes(stdio.bytes());
            }
            if (acknowledges) {
                Thread.startVirtualThread(() -> say(new LinkMessage.StdioAck(stdio.fd(), stdio.incarnation(), stdio.offset() + stdio.bytes().length)));
            }
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            if (session != null) {
                session.closed();
            }
        }
    }

    @Override
    public long osPid() {
        return osPid;
    }

    @Override
    public String peerUser() {
        return System.getProperty("user.name");
    }

    @Override
    public void attach(Session newSession) {
        session = newSession;
    }

    @Override
    public void onMessage(Consumer<LinkMessage> handler) {
        // Migration talks are the coordinator's.
    }

    @Override
    public void onClose(Runnable handler) {
        // As above.
    }

    @Override
    public boolean isOpen() {
        return open;
    }
}
