package io.ssi.vproc.node;

import io.ssi.core.id.NodeId;
import io.ssi.core.net.ByteStream;
import io.ssi.core.net.Transport;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
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
            stream = transport.open(new NodeId(deputyNode), new VprocMessages.OutputHeader(spec.vpid().value(), incarnation, fd));
        }
    }

    /** What the JVM said before it was adopted; its last lines. */
    synchronized String startText() {
        return startText.toString().strip();
    }

    void awaitEnd(long millis) throws InterruptedException {
        thread.join(millis);
    }

    private void run() {
        try (InputStream in = new FileInputStream(pipe.toFile())) {
            Files.deleteIfExists(pipe);
            byte[] buffer = new byte[CHUNK];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
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
            if (!adopted) {
                String text = new String(buffer, 0, count, StandardCharsets.UTF_8);
                startText.append(text);
                startText.delete(0, Math.max(0, startText.length() - KEPT_FOR_ERROR));
                LOG.info("landing of process {} says: {}", spec.vpid(), text.strip());
                return;
            }
        }
        if (to != null) {
            try {
                to.output().write(buffer, 0, count);
                return;
            } catch (IOException broken) {
                LOG.warn("output {} of process {} cannot reach its deputy any more and is thrown away: {}", fd, spec.vpid(), broken.getMessage());
                synchronized (this) {
                    stream = null;
                }
            }
        }
        discarded += count;
    }

    private void end() {
        ByteStream to;
        synchronized (this) {
            to = stream;
            adopted = true;
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
