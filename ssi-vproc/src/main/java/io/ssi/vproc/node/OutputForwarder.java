package io.ssi.vproc.node;

import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.Transport;
import io.ssi.core.wire.KeptFolder;
import io.ssi.core.wire.LinkMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one output of a landing out of its named pipe to the end. Before the process is adopted what it says is a message of the
 * JVM and goes to the log; after that every byte goes to the disk and from there to the deputy's node ({@link OutputSender}). A named pipe and
 * not the JDK's process pipe, because the JDK drains and closes that one by another thread when the process ends, which could reorder the last
 * bytes. The JVM holds a reading end, too: it goes on, and waits when the pipe is full, while there is no daemon; the next one opens the pipe by
 * the JVM's descriptor. What stays of a JVM that has ended is an output without a pipe.
 */
final class OutputForwarder {
    private static final int CHUNK = 32 << 10;
    private static final int KEPT_FOR_ERROR = 2000;
    private static final long LOOK_MILLIS = 50;
    private static final int QUIET_LOOKS = 4;
    private static final int S_IFMT = 0170000;
    private static final int S_IFIFO = 0010000;
    private static final long DISK_AGAIN_MILLIS = 1_000;
    /** To read what a JVM that has ended left; one that runs can wait. */
    private static final int OPEN_ATTEMPTS_MAX = 60;
    private static final Logger LOG = LoggerFactory.getLogger(OutputForwarder.class);

    private final Transport transport;
    private final VprocService service;
    private final VPid vpid;
    private final int fd;
    /** Null without one. */
    private final Path pipe;
    private final boolean named;
    private final BooleanSupplier runs;
    private final Thread thread;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final StringBuilder startText = new StringBuilder();
    /** Where output goes once the process is adopted. Guarded by this. */
    private OutputSender sender;
    private boolean adopted;
    /** Nobody shows it. Guarded by this. */
    private boolean discarded;
    /** Guarded by this, as the two below. */
    private boolean jvmEnded;
    private boolean ended;
    private boolean closed;
    /** What the reader does, for {@link #drain}; written by it alone. */
    private volatile boolean reading;
    private volatile long taken;
    private volatile int input = -1;

    /** Of a JVM that is about to be started; the name of the pipe goes when it is open. */
    OutputForwarder(Transport transport, VprocService service, VPid vpid, int fd, Path pipe) {
        this(transport, service, vpid, fd, pipe, true, () -> true);
    }

    /**
     * Of a JVM that runs: an earlier life of this daemon started it.
     *
     * @param runs whether the number is still that JVM's
     */
    OutputForwarder(Transport transport, VprocService service, VPid vpid, int fd, long osPid, BooleanSupplier runs) {
        this(transport, service, vpid, fd, Path.of("/proc", Long.toString(osPid), "fd", Integer.toString(fd)), false, runs);
    }

    /** Of a JVM that has ended. */
    OutputForwarder(Transport transport, VprocService service, VPid vpid, int fd) {
        this(transport, service, vpid, fd, null, false, () -> false);
    }

    private OutputForwarder(Transport transport, VprocService service, VPid vpid, int fd, Path pipe, boolean named, BooleanSupplier runs) {
        this.transport = transport;
        this.service = service;
        this.vpid = vpid;
        this.fd = fd;
        this.pipe = pipe;
        this.named = named;
        this.runs = runs;
        this.thread = Thread.ofPlatform().daemon(true).name("ssi-output-" + vpid + "-" + fd).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /**
     * From now on output belongs to the program. Without a deputy it is thrown away. What the deputy cannot show any more is told to the
     * program's JVM, which closes its end of the pipe; then this one comes to its end, too.
     */
    synchronized void adopted(int deputyNode, int incarnation, KeptFolder kept) {
        adopted = true;
        if (deputyNode == 0) {
            discarded = true;
            over.complete(null);
            return;
        }
        NodeId to = new NodeId(deputyNode);
        OutputSpool spool = new OutputSpool(kept, fd);
        Thread.ofVirtual().name("ssi-output-open-" + vpid + "-" + fd).start(() -> open(spool, () -> new OutputSender(transport, to,
                new VprocMessages.OutputHeader(vpid.value(), incarnation, fd), spool, () -> service.whereabouts().hasLeft(to),
                () -> service.deliver(vpid, incarnation, new LinkMessage.StdioBroken(fd)))));
    }

    /** A JVM that ends, or a daemon, may still have it; and the disk may be full. */
    private void open(OutputSpool spool, Supplier<OutputSender> made) {
        try {
            boolean open = false;
            for (int failures = 0; !open; ) {
                try {
                    open = spool.tryOpen();
                } catch (IOException e) {
                    warned(failures++ > 0, e);
                }
                if (pipe == null && failures > OPEN_ATTEMPTS_MAX) {
                    LOG.warn("the last of output {} of process {} cannot be read and is given up", fd, vpid);
                    spool.close();
                    over.complete(null);
                    return;
                }
                if (!open) {
                    Thread.sleep(failures > 0 ? DISK_AGAIN_MILLIS : LOOK_MILLIS);
                }
                if (isClosed()) {
                    spool.close();
                    return;
                }
            }
            opened(made.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean warned(boolean told, IOException e) {
        if (!told) {
            LOG.warn("output {} of process {} cannot be kept and waits: {}", fd, vpid, e.getMessage());
        }
        return true;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void opened(OutputSender made) {
        sender = made;
        sender.over().thenRun(() -> over.complete(null));
        sender.start();
        if (jvmEnded) {
            sender.lastWords();
        }
        if (ended) {
            sender.end(); // it was broken before the move, or its JVM has ended
        }
        if (closed) {
            sender.close();
        }
        notifyAll();
    }

    /** Completes when all that the program wrote is shown, or nobody will show it. */
    CompletableFuture<Void> over() {
        return over;
    }

    /** What the JVM said before it was adopted; its last lines. */
    synchronized String startText() {
        return startText.toString().strip();
    }

    /** This daemon ends; the next goes on. Nothing is taken out of the pipe any more when it returns. */
    void close() {
        OutputSender to;
        synchronized (this) {
            closed = true;
            to = sender;
            notifyAll();
        }
        if (to != null) {
            to.close();
        }
    }

    /** The JVM has ended, or will not write any more: nobody but this daemon has its pipe. */
    synchronized void lastWords() {
        jvmEnded = true;
        if (sender != null) {
            sender.lastWords();
        }
    }

    /**
     * The JVM ended: waits until all it wrote is on its way, and ends the streams. A child of it may hold a pipe open for long; what
     * that writes later has no terminal any more, so an empty pipe and a reader at rest are enough. Blocks as long as a stopped terminal
     * does, as the program itself would have.
     */
    static void drain(List<OutputForwarder> outputs) throws InterruptedException {
        outputs.forEach(OutputForwarder::lastWords);
        for (OutputForwarder output : outputs) {
            output.drain();
        }
    }

    private void drain() throws InterruptedException {
        int quiet = 0;
        long seen = -1;
        while (thread.isAlive() && quiet < QUIET_LOOKS && !isClosed()) {
            thread.join(LOOK_MILLIS);
            long now = taken;
            quiet = reading && now == seen && isEmpty() ? quiet + 1 : 0;
            seen = now;
        }
        end();
    }

    private boolean isEmpty() {
        int pipeEnd = input;
        return pipeEnd < 0 || !Posix.awaitReadable(pipeEnd, 0);
    }

    private void run() {
        try {
            int descriptor = Posix.openToRead(pipe);
            try {
                if (!named && !isPipeOfItsOwn()) {
                    throw new IOException("it is no pipe any more");
                }
                input = descriptor;
                if (named) {
                    Files.deleteIfExists(pipe);
                }
                forward(descriptor);
            } finally {
                input = -1;
                Posix.close(descriptor);
            }
        } catch (IOException e) {
            LOG.warn("output {} of process {} cannot be read: {}", fd, vpid, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    /** A JVM that has broken an output, or ends, has something else there; and the number of one that has ended may be another's. */
    private boolean isPipeOfItsOwn() throws IOException {
        return ((int) Files.getAttribute(pipe, "unix:mode") & S_IFMT) == S_IFIFO && runs.getAsBoolean();
    }

    private void forward(int descriptor) throws InterruptedException {
        boolean told = false;
        for (boolean more = true; more; ) {
            reading = true;
            Posix.awaitReadable(descriptor, -1);
            reading = false;
            taken++;
            try {
                more = take(descriptor);
                told = false;
            } catch (IOException e) {
                told = warned(told, e);
                Thread.sleep(DISK_AGAIN_MILLIS);
            }
        }
    }

    /** False at the end of the pipe. */
    private boolean take(int descriptor) throws InterruptedException, IOException {
        OutputSender to;
        synchronized (this) {
            if (!adopted) {
                byte[] bytes = Posix.read(descriptor, CHUNK);
                if (bytes != null && bytes.length > 0) {
                    String text = new String(bytes, StandardCharsets.UTF_8);
                    startText.append(text);
                    startText.delete(0, Math.max(0, startText.length() - KEPT_FOR_ERROR));
                    LOG.info("landing of process {} says: {}", vpid, text.strip());
                }
                return bytes == null || bytes.length > 0;
            }
            while (sender == null && !discarded && !ended && !closed) {
                wait();
            }
            if (closed) {
                return false;
            }
            to = ended ? null : sender;
        }
        if (to != null) {
            return to.take(descriptor);
        }
        byte[] nobodys = Posix.read(descriptor, CHUNK);
        return nobodys == null || nobodys.length > 0;
    }

    private synchronized void end() {
        if (closed) {
            return; // there may be more for the next daemon
        }
        ended = true;
        if (sender != null) {
            sender.end();
        }
        notifyAll();
    }
}
