package io.ssi.vproc.node;

import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.net.ByteStream;
import io.ssi.core.net.Transport;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one output of one incarnation to the deputy's node, each byte once and in order, over as many streams as it takes. What
 * is not acknowledged is kept on disk ({@link OutputSpool}), at most {@value #KEPT_BYTES_MAX} bytes and the last pipe, and sent again over the next stream when
 * one breaks, by this daemon or the next:
 *
 * <pre>
 * deputy's node: long, how far it has the output ({@link #ALL}: its turn has passed, send nothing)
 * sender:        long, the offset at which it begins; then bytes to the end of the output
 * deputy's node: long, again and again: what is before it is shown, or {@link #BROKEN}; after the last it closes the stream
 * </pre>
 *
 * <p>A deputy's node that has less than the sender still keeps (it forgot, which it does only with the terminal) goes on at what is
 * kept. One whose daemon was stopped in order is waited for, the program meanwhile when it has written so much; one that is down not
 * for long. Thread-safe.
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
    /** Before an output is given up that cannot be read from the disk, damaged as that is. */
    private static final int READ_ATTEMPTS_MAX = 10;
    /** What a pipe holds unless it was set otherwise. */
    private static final int PIPE_BYTES = 64 << 10;
    private static final Logger LOG = LoggerFactory.getLogger(OutputSender.class);

    private final Transport transport;
    private final NodeId to;
    private final VprocMessages.OutputHeader header;
    private final BooleanSupplier willReturn;
    private final Runnable onBroken;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    // All below: guarded by this.
    private final OutputSpool spool;
    /** What is before is acknowledged. */
    private long base;
    private int keptMax = KEPT_BYTES_MAX;
    private boolean ended;
    /** The deputy's node has seen the end. */
    private boolean confirmed;
    private boolean givenUp;
    private boolean broken;
    private boolean closed;
    private long discarded;
    /** How often in a row. */
    private int unreadable;

    /**
     * @param spool open; nobody else uses it from now on
     * @param willReturn whether the deputy's node is away in order
     * @param onBroken called when the terminal takes nothing any more, and again as long as the program writes nevertheless
     */
    OutputSender(Transport transport, NodeId to, VprocMessages.OutputHeader header, OutputSpool spool, BooleanSupplier willReturn, Runnable onBroken) {
        this.transport = transport;
        this.to = to;
        this.header = header;
        this.spool = spool;
        this.base = spool.begin();
        this.willReturn = willReturn;
        this.onBroken = onBroken;
    }

    /** Completes when all is shown to the end, or nobody will show it. */
    CompletableFuture<Void> over() {
        return over;
    }

    void start() {
        Thread.ofVirtual().name("ssi-output-sender-" + header.vpid() + "-" + header.fd()).start(this::run);
    }

    /**
     * Takes what a pipe has; blocks while too much is not acknowledged. False at the end of the pipe.
     *
     * @throws IOException if it cannot be kept now: it is still in the pipe
     */
    synchronized boolean take(int pipe) throws InterruptedException, IOException {
        while (!givenUp && !broken && !closed && spool.end() - base >= keptMax) {
            wait();
        }
        if (closed) {
            return false;
        }
        if (!broken && !givenUp) {
            long count = spool.take(pipe, Math.min(PIECE_BYTES_MAX, keptMax - (spool.end() - base)));
            notifyAll();
            return count != 0;
        }
        byte[] nobodys = Posix.read(pipe, PIECE_BYTES_MAX);
        if (broken) {
            onBroken.run(); // the word for it was lost
        }
        discarded += nobodys == null ? 0 : nobodys.length;
        return nobodys == null || nobodys.length > 0;
    }

    /** The JVM has ended: what its pipe holds would go with this daemon. A child of it may write on, so there is a bound still. */
    synchronized void lastWords() {
        keptMax = KEPT_BYTES_MAX + PIPE_BYTES;
        notifyAll();
    }

    /** This daemon ends: what is kept is for the next. Nothing is taken out of a pipe any more when it returns. */
    synchronized void close() {
        closed = true;
        spool.close();
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
                long asked = System.nanoTime();
                boolean open = false;
                try (ByteStream stream = transport.open(to, header)) {
                    open = true;
                    DataInputStream in = new DataInputStream(stream.input());
                    long has = in.readLong();
                    if (has == ALL) {
                        giveUp("came after its turn");
                        break;
                    }
                    reached = Long.MAX_VALUE;
                    try {
                        send(in, new DataOutputStream(stream.output()), begin(has));
                    } catch (IOException broken) {
                        stream.reset(broken.getMessage()); // a stream that is closed was the whole output
                        throw broken;
                    }
                } catch (IOException | SsiException broken) {
                    LOG.debug("output {} of process {}: {}", header.fd(), header.vpid(), broken.getMessage());
                }
                long now = System.nanoTime();
                // While it has this one wait for a deputy that is stopped it is not away.
                reached = reached == Long.MAX_VALUE || willReturn.getAsBoolean() ? now : open ? reached + now - asked : reached;
                if (!isDone() && now - reached > AWAY_MILLIS_MAX * 1_000_000) {
                    giveUp("cannot reach its deputy any more");
                }
                if (!isDone()) {
                    Thread.sleep(AGAIN_MILLIS);
                }
            }
            finished();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isDone() {
        return confirmed || givenUp || closed;
    }

    /** Of an output that was given up, what still comes is thrown away until the end. */
    private synchronized void finished() throws InterruptedException {
        while (!ended && !closed) {
            wait();
        }
        if (!closed) {
            spool.close();
            over.complete(null);
        }
    }

    private synchronized void giveUp(String why) {
        givenUp = true;
        if (spool.end() > base || !ended) {
            LOG.warn("output {} of process {} {} and is thrown away", header.fd(), header.vpid(), why);
        }
        discarded += spool.end() - base;
        acknowledged(spool.end());
    }

    private synchronized long begin(long has) {
        return Math.clamp(has, base, spool.end());
    }

    private synchronized void acknowledged(long offset) {
        base = Math.clamp(offset, base, spool.end());
        if (!closed) {
            spool.forget(base);
        }
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
                confirmed = end instanceof EOFException && ended && spool.end() == base;
                course.over = true;
                notifyAll();
            }
        }
    }

    /** What follows this offset; null at the end of the output, or of the stream. */
    private synchronized byte[] next(long at, Course course) throws InterruptedException, IOException {
        while (!course.over && !ended && !closed && spool.end() == at) {
            wait();
        }
        if (closed) {
            throw new IOException("this daemon ends");
        }
        if (course.over || spool.end() == at) {
            return null;
        }
        try {
            byte[] piece = spool.read(at, (int) Math.min(PIECE_BYTES_MAX, spool.end() - at));
            unreadable = 0;
            return piece;
        } catch (IOException e) {
            if (++unreadable < READ_ATTEMPTS_MAX) {
                throw e;
            }
            giveUp("cannot be read from the disk any more (" + e.getMessage() + ")");
            return null;
        }
    }
}
