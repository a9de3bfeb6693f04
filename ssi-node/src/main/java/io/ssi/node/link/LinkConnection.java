package io.ssi.node.link;

import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkCodec;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.node.HostLink;
import io.ssi.vproc.node.Session;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: a virtual thread reads, another writes what is queued. The reader hands each message to the session and, if that
 * does not want it, to the handler; either may block it, which holds up the JVM at the other end and nobody else.
 */
final class LinkConnection implements HostLink {
    /** Bytes that may wait for a JVM that does not read. */
    static final int QUEUE_BYTES_MAX = 16 << 20;
    /** How long a sender waits for room in the queue before the JVM counts as hung. */
    static final long SEND_MILLIS_MAX = 20_000;
    private static final int READ_BUFFER = 64 << 10;
    private static final Logger LOG = LoggerFactory.getLogger(LinkConnection.class);

    private final SocketChannel channel;
    private final String peerUser;
    private final DataInputStream in;
    private volatile long osPid;

    private final Object lock = new Object();
    /** Guarded by lock, as are the rest. */
    private final Deque<byte[]> queue = new ArrayDeque<>();
    private int queuedBytes;
    private Session session;
    private Consumer<LinkMessage> handler;
    private final List<Runnable> closeHandlers = new ArrayList<>();
    private boolean closing;
    private boolean ended;

    LinkConnection(SocketChannel channel, String peerUser) {
        this.channel = channel;
        this.peerUser = peerUser;
        this.in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), READ_BUFFER));
    }

    void startWriter() {
        Thread.ofVirtual().name("ssi-link-writer").start(this::writeLoop);
    }

    LinkMessage read() throws IOException {
        return LinkCodec.read(in);
    }

    void identified(long pid) {
        osPid = pid;
    }

    /** Reads until the end of the connection. */
    void readLoop() {
        try {
            for (LinkMessage message = read(); message != null; message = read()) {
                dispatch(message);
            }
        } catch (SsiException bad) {
            LOG.warn("connection of host OS pid {} is closed: {}", osPid, bad.getMessage());
            send(new LinkMessage.Refused(bad.code().number(), bad.getMessage()));
        } catch (IOException broken) {
            LOG.debug("connection of host OS pid {} broke: {}", osPid, broken.toString());
        }
    }

    private void dispatch(LinkMessage message) {
        Session to;
        Consumer<LinkMessage> otherwise;
        synchronized (lock) {
            to = session;
            otherwise = handler;
        }
        if (to != null && to.message(message)) {
            return;
        }
        if (otherwise != null) {
            otherwise.accept(message);
        } else {
            LOG.debug("nobody takes {} of host OS pid {}", message.getClass().getSimpleName(), osPid);
        }
    }

    /** Tells session and handlers, once, that nothing more will come. What is queued is still written. */
    void readLoopEnded() {
        close();
        Session last;
        List<Runnable> handlers;
        synchronized (lock) {
            ended = true;
            last = session;
            handlers = List.copyOf(closeHandlers);
            closeHandlers.clear();
        }
        if (last != null) {
            last.closed();
        }
        handlers.forEach(Runnable::run);
    }

    @Override
    public void send(LinkMessage message) {
        byte[] frame = LinkCodec.encode(message);
        synchronized (lock) {
            long deadline = System.nanoTime() + SEND_MILLIS_MAX * 1_000_000;
            while (!closing && queuedBytes > 0 && queuedBytes + frame.length > QUEUE_BYTES_MAX) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    LOG.warn("host OS pid {} has not read for {} ms and is disconnected", osPid, SEND_MILLIS_MAX);
                    abort();
                    return;
                }
                await(left);
            }
            if (!closing) {
                queue.addLast(frame);
                queuedBytes += frame.length;
                lock.notifyAll();
            }
        }
    }

    private void await(long millis) {
        try {
            lock.wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            abort();
        }
    }

    private void writeLoop() {
        try {
            while (true) {
                byte[] frame;
                synchronized (lock) {
                    while (queue.isEmpty() && !closing) {
                        lock.wait();
                    }
                    if (queue.isEmpty()) {
                        break;
                    }
                    frame = queue.removeFirst();
                }
                ByteBuffer buffer = ByteBuffer.wrap(frame);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                synchronized (lock) {
                    queuedBytes -= frame.length;
                    lock.notifyAll();
                }
            }
        } catch (IOException | InterruptedException broken) {
            LOG.debug("host OS pid {} cannot be written to: {}", osPid, broken.toString());
        }
        closeChannel();
    }

    private void abort() {
        closing = true;
        queue.clear();
        lock.notifyAll();
        closeChannel();
    }

    private void closeChannel() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("closing: {}", e.toString());
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closing = true;
            lock.notifyAll();
        }
    }

    @Override
    public long osPid() {
        return osPid;
    }

    @Override
    public String peerUser() {
        return peerUser;
    }

    @Override
    public void attach(Session newSession) {
        boolean late;
        synchronized (lock) {
            session = newSession;
            late = ended;
        }
        if (late) {
            newSession.closed();
        }
    }

    @Override
    public void onMessage(Consumer<LinkMessage> newHandler) {
        synchronized (lock) {
            handler = newHandler;
        }
    }

    @Override
    public void onClose(Runnable newHandler) {
        synchronized (lock) {
            if (!ended) {
                closeHandlers.add(newHandler);
                return;
            }
        }
        newHandler.run();
    }

    @Override
    public boolean isOpen() {
        synchronized (lock) {
            return !closing && !ended;
        }
    }
}
