package io.ssi.vproc.node;

import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.net.ByteStream;
import io.ssi.core.net.Transport;
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
 * drains and closes that one by another thread when the process ends, which could reorder the last bytes.
 */
final class OutputForwarder {
    private static final int CHUNK = 32 << 10;
    private static final int KEPT_FOR_ERROR = 2000;
    /** How long the deputy's node may be away before output is thrown away. */
    private static final long AWAY_MILLIS_MAX = 30_000;
    private static final long AGAIN_MILLIS = 300;
    private static final long LOOK_MILLIS = 50;
    private static final int QUIET_LOOKS = 4;
    private static final Logger LOG = LoggerFactory.getLogger(OutputForwarder.class);

    private final Transport transport;
    private final LandingSpec spec;
    private final int fd;
    private final Path pipe;
    private final Thread thread;
    private final StringBuilder startText = new StringBuilder();
    /** Where output goes once the process is adopted. Guarded by this. */
    private ByteStream stream;
    private boolean adopted;
    private boolean ended;
    /** What the reader does, for {@link #drain}; written by it alone. */
    private volatile boolean reading;
    private volatile long taken;
    private volatile FileInputStream input;
    private volatile NodeId deputyNode;
    private VprocMessages.OutputHeader header;
    private long discarded;

    OutputForwarder(Transport transport, LandingSpec spec, int fd, Path pipe) {
        this.transport = transport;
        this.spec = spec;
        this.fd = fd;
        this.pipe = pipe;
        this.thread = Thread.ofPlatform().daemon(true).name("ssi-output-" + spec.vpid() + "-" + fd).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** From now on output belongs to the program. Without a deputy it is thrown away. */
    synchronized void adopted(int deputyNode, int incarnation) {
        adopted = true;
        if (deputyNode != 0) {
            this.deputyNode = new NodeId(deputyNode);
            header = new VprocMessages.OutputHeader(spec.vpid().value(), incarnation, fd);
            reopen();
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
            Files.deleteIfExists(pipe);
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
            LOG.warn("output {} of process {} cannot be read: {}", fd, spec.vpid(), e.getMessage());
        } finally {
            end();
        }
    }

    private void take(byte[] buffer, int count) {
        ByteStream to;
        synchronized (this) {
            to = stream;
            if (ended) {
                return;
            }
            if (!adopted) {
                String text = new String(buffer, 0, count, StandardCharsets.UTF_8);
                startText.append(text);
                startText.delete(0, Math.max(0, startText.length() - KEPT_FOR_ERROR));
                LOG.info("landing of process {} says: {}", spec.vpid(), text.strip());
                return;
            }
        }
        if (deputyNode == null || !forward(to, buffer, count)) {
            discarded += count;
        }
    }

    /** When the link or the deputy's daemon was away for a while, goes on over a new stream; the program waits meanwhile. */
    private boolean forward(ByteStream first, byte[] buffer, int count) {
        ByteStream to = first;
        long deadline = System.nanoTime() + AWAY_MILLIS_MAX * 1_000_000;
        while (true) {
            try {
                if (to != null) {
                    to.output().write(buffer, 0, count);
                    return true;
                }
            } catch (IOException broken) {
                LOG.warn("output {} of process {} broke on its way to the deputy, some of it may be lost: {}", fd, spec.vpid(), broken.getMessage());
            }
            if (System.nanoTime() > deadline || !pause()) {
                LOG.warn("output {} of process {} cannot reach its deputy any more and is thrown away", fd, spec.vpid());
                giveUp();
                return false;
            }
            to = reopen();
        }
    }

    private ByteStream reopen() {
        try {
            ByteStream again = transport.open(deputyNode, header);
            use(again);
            return again;
        } catch (SsiException down) {
            return null;
        }
    }

    private synchronized void use(ByteStream now) {
        stream = now;
    }

    private synchronized void giveUp() {
        stream = null;
        deputyNode = null;
    }

    private static boolean pause() {
        try {
            Thread.sleep(AGAIN_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void end() {
        ByteStream to;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            to = stream;
        }
        if (to != null) {
            try {
                to.output().close();
            } catch (IOException broken) {
                LOG.debug("end of output {} of process {}: {}", fd, spec.vpid(), broken.toString());
            }
        }
        if (discarded > 0) {
            LOG.warn("{} bytes of output {} of process {} were thrown away", discarded, fd, spec.vpid());
        }
    }
}
