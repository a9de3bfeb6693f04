package io.ssi.vproc.node;

import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.net.ByteStream;
import io.ssi.core.net.Transport;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one output of one incarnation to the deputy's node, each byte once and in order, over as many streams as it takes. What
 * is not acknowledged is kept, at most {@value #KEPT_BYTES_MAX} bytes, and sent again over the next stream when one breaks:
 *
 * <pre>
 * deputy's node: long, how far it has the output ({@link #ALL}: its turn has passed, send nothing)
 * sender:        long, the offset at which it begins; then bytes to the end of the output
 * deputy's node: long, again and again: what is before it is shown, or {@link #BROKEN}; after the last it closes the stream
 * </pre>
 *
 * <p>The first answer tells a sender that knows of no output before (its daemon was started again) where it goes on. A deputy's
 * node that has less than the sender still keeps (it forgot, which it does only with the terminal) goes on at what is kept.
 * Thread-safe.
 */
final class OutputSender {
    static final int KEPT_BYTES_MAX = 256 << 10;
    static final long ALL = Long.MAX_VALUE;
    /** The terminal takes nothing any more, and the program is to be told. */
    static final long BROKEN = -1;
    /** How long the deputy's node may be away before output is thrown away. */
    private static final long AWAY_MILLIS_MAX = 30_000;
    private static final long AGAIN_MILLIS = 300;
    private static final int PIECE_BYTES_MAX = 32 << 10;
    private static final Logger LOG = LoggerFactory.getLogger(OutputSender.class);

    private final Transport transport;
    private final NodeId to;
    private final VprocMessages.OutputHeader header;
    private final Runnable onBroken;
    // All below: guarded by this.
    private byte[] kept = new byte[PIECE_BYTES_MAX];
    private int keptBytes;
    /** Offset of the first byte kept; -1 until the deputy's node told it. */
    private long base = -1;
    private boolean ended;
    /** The deputy's node has seen the end. */
    private boolean confirmed;
    private boolean givenUp;
    private boolean broken;
    private long discarded;

    /** @param onBroken called when the terminal takes nothing any more, and again as long as the program writes nevertheless */
    OutputSender(Transport transport, NodeId to, VprocMessages.OutputHeader header, Runnable onBroken) {
        this.transport = transport;
        this.to = to;
        this.header = header;
        this.onBroken = onBroken;
    }

    void start() {
        Thread.ofVirtual().name("ssi-output-sender-" + header.vpid() + "-" + header.fd()).start(this::run);
    }

    /** Takes output; blocks while too much is not acknowledged. */
    synchronized void write(byte[] from, int count) throws InterruptedException {
        while (!givenUp && !broken && keptBytes > 0 && keptBytes + count > KEPT_BYTES_MAX) {
            wait();
        }
        if (broken) {
            onBroken.run(); // the word for it was lost
            return;
        }
        if (givenUp) {
            discarded += count;
            return;
        }
        if (keptBytes + count > kept.length) {
            kept = Arrays.copyOf(kept, Math.max(keptBytes + count, kept.length * 2));
        }
        System.arraycopy(from, 0, kept, keptBytes, count);
        keptBytes += count;
        notifyAll();
    }

    /** Nothing more comes. Does not wait for what is still on its way. */
    synchronized void end() {
        if (!ended) {
            ended = true;
            notifyAll();
            if (discarded > 0) {
                LOG.warn("{} bytes of output {} of process {} were thrown away", discarded, header.fd(), header.vpid());
            }
        }
    }

    private void run() {
        long reached = System.nanoTime();
        try {
            while (!isDone()) {
                try (ByteStream stream = transport.open(to, header)) {
                    DataInputStream in = new DataInputStream(stream.input());
                    long has = in.readLong();
                    if (has == ALL) {
                        giveUp("came after its turn");
                        return;
                    }
                    reached = Long.MAX_VALUE;
                    send(in, new DataOutputStream(stream.output()), begin(has));
                } catch (IOException | SsiException broken) {
                    LOG.debug("output {} of process {}: {}", header.fd(), header.vpid(), broken.getMessage());
                }
                reached = reached == Long.MAX_VALUE ? System.nanoTime() : reached;
                if (!isDone() && System.nanoTime() - reached > AWAY_MILLIS_MAX * 1_000_000) {
                    giveUp("cannot reach its deputy any more");
                    return;
                }
                if (!isDone()) {
                    Thread.sleep(AGAIN_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isDone() {
        return confirmed || givenUp;
    }

    private synchronized void giveUp(String why) {
        givenUp = true;
        if (keptBytes > 0 || !ended) {
            LOG.warn("output {} of process {} {} and is thrown away", header.fd(), header.vpid(), why);
        }
        discarded += keptBytes;
        keptBytes = 0;
        notifyAll();
    }

    private synchronized long begin(long has) {
        if (base < 0) {
            base = has;
        }
        return Math.clamp(has, base, base + keptBytes);
    }

    private synchronized void acknowledged(long offset) {
        int count = Math.clamp(offset - base, 0, keptBytes);
        System.arraycopy(kept, count, kept, 0, keptBytes - count);
        keptBytes -= count;
        base += count;
        notifyAll();
    }

    private synchronized void broke() {
        broken = true;
        notifyAll();
        onBroken.run();
    }

    /** One stream. */
    private final class Course {
        private boolean over;
    }

    private void send(DataInputStream in, DataOutputStream out, long begin) throws IOException, InterruptedException {
        Course course = new Course();
        Thread answers = Thread.ofVirtual().name("ssi-output-answers").start(() -> answers(in, course));
        out.writeLong(begin);
        long at = begin;
        for (byte[] piece = next(at, course); piece != null; piece = next(at, course)) {
            out.write(piece);
            out.flush();
            at += piece.length;
        }
        out.close();
        answers.join();
    }

    private void answers(DataInputStream in, Course course) {
        try {
            while (true) {
                long answer = in.readLong();
                if (answer == BROKEN) {
                    broke();
                } else {
                    acknowledged(answer);
                }
            }
        } catch (IOException end) {
            synchronized (this) {
                confirmed = end instanceof EOFException && ended && keptBytes == 0;
                course.over = true;
                notifyAll();
            }
        }
    }

    /** What follows this offset; null at the end of the output, or of the stream. */
    private synchronized byte[] next(long at, Course course) throws InterruptedException {
        while (!course.over && !ended && base + keptBytes == at) {
            wait();
        }
        int from = (int) (at - base);
        if (course.over || from == keptBytes) {
            return null;
        }
        return Arrays.copyOfRange(kept, from, Math.min(keptBytes, from + PIECE_BYTES_MAX));
    }
}
