package io.ssi.vproc.node;

import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.Transport;
import io.ssi.core.wire.LinkMessage;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one output of a landing from its named pipe to the end. Before the process is adopted what it says is a message of the
 * JVM and goes to the log; after that every byte goes to the deputy's node. A named pipe and not the JDK's process pipe, because the JDK
 * drains and closes that one by another thread when the process ends, which could reorder the last bytes. The JVM holds a reading end,
 * too: it goes on, and waits when the pipe is full, while there is no daemon; the next one opens the pipe by the JVM's descriptor.
 */
final class OutputForwarder {
    private static final int CHUNK = 32 << 10;
    private static final int KEPT_FOR_ERROR = 2000;
    private static final long LOOK_MILLIS = 50;
    private static final int QUIET_LOOKS = 4;
    private static final Logger LOG = LoggerFactory.getLogger(OutputForwarder.class);

    private final Transport transport;
    private final VprocService service;
    private final VPid vpid;
    private final int fd;
    private final Path pipe;
    private final boolean named;
    private final Thread thread;
    private final StringBuilder startText = new StringBuilder();
    /** Where output goes once the process is adopted; null without a deputy. Guarded by this. */
    private OutputSender sender;
    private boolean adopted;
    private boolean ended;
    /** What the reader does, for {@link #drain}; written by it alone. */
    private volatile boolean reading;
    private volatile long taken;
    private volatile FileInputStream input;

    /** Of a JVM that is about to be started; the name of the pipe goes when it is open. */
    OutputForwarder(Transport transport, VprocService service, VPid vpid, int fd, Path pipe) {
        this(transport, service, vpid, fd, pipe, true);
    }

    /** Of a JVM that runs: an earlier life of this daemon started it. */
    OutputForwarder(Transport transport, VprocService service, VPid vpid, int fd, long osPid) {
        this(transport, service, vpid, fd, Path.of("/proc", Long.toString(osPid), "fd", Integer.toString(fd)), false);
    }

    private OutputForwarder(Transport transport, VprocService service, VPid vpid, int fd, Path pipe, boolean named) {
        this.transport = transport;
        this.service = service;
        this.vpid = vpid;
        this.fd = fd;
        this.pipe = pipe;
        this.named = named;
        this.thread = Thread.ofPlatform().daemon(true).name("ssi-output-" + vpid + "-" + fd).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /**
     * From now on output belongs to the program. Without a deputy it is thrown away. What the deputy cannot show any more is told to the
     * program's JVM, which closes its end of the pipe; then this one comes to its end, too.
     */
    synchronized void adopted(int deputyNode, int incarnation) {
        adopted = true;
        if (deputyNode != 0) {
            sender = new OutputSender(transport, new NodeId(deputyNode), new VprocMessages.OutputHeader(vpid.value(), incarnation, fd),
                    () -> service.deliver(vpid, incarnation, new LinkMessage.StdioBroken(fd)));
            sender.start();
            if (ended) {
                sender.end(); // it was broken before the move
            }
        }
    }

    /** What the JVM said before it was adopted; its last lines. */
    synchronized String startText() {
        return startText.toString().strip();
    }

    /**
     * The JVM ended: waits until all it wrote is on its way, and ends the stream. A child of it may hold the pipe open for long; what
     * that writes later has no terminal any more, so an empty pipe and a reader at rest are enough. Blocks as long as a stopped terminal
     * does, as the program itself would have.
     */
    void drain() throws InterruptedException {
        int quiet = 0;
        long seen = -1;
        while (thread.isAlive() && quiet < QUIET_LOOKS) {
            thread.join(LOOK_MILLIS);
            long now = taken;
            quiet = reading && now == seen && isEmpty() ? quiet + 1 : 0;
            seen = now;
        }
        end();
    }

    private boolean isEmpty() {
        FileInputStream pipeEnd = input;
        try {
            return pipeEnd == null || pipeEnd.available() == 0;
        } catch (IOException closed) {
            return true;
        }
    }

    private void run() {
        try (FileInputStream in = new FileInputStream(pipe.toFile())) {
            input = in;
            if (named) {
                Files.deleteIfExists(pipe);
            }
            byte[] buffer = new byte[CHUNK];
            while (true) {
                reading = true;
                int count = in.read(buffer);
                reading = false;
                if (count < 0) {
                    break;
                }
                taken += count;
                take(buffer, count);
            }
        } catch (IOException e) {
            LOG.warn("output {} of process {} cannot be read: {}", fd, vpid, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    private void take(byte[] buffer, int count) throws InterruptedException {
        OutputSender to;
        synchronized (this) {
            if (!adopted) {
                String text = new String(buffer, 0, count, StandardCharsets.UTF_8);
                startText.append(text);
                startText.delete(0, Math.max(0, startText.length() - KEPT_FOR_ERROR));
                LOG.info("landing of process {} says: {}", vpid, text.strip());
                return;
            }
            to = ended ? null : sender;
        }
        if (to != null) {
            to.write(buffer, count);
        }
    }

    private synchronized void end() {
        ended = true;
        if (sender != null) {
            sender.end();
        }
    }
}
