package io.ssi.agent.handler;

import io.ssi.agent.input.InputLog;
import io.ssi.agent.link.AgentThread;
import java.io.IOException;
import java.util.ArrayDeque;
import jdk.internal.misc.Unsafe;

/**
 * Standard input of the program: bytes that were fetched for it and not read yet, and threads that want more. The blocking
 * read is done elsewhere ({@link Source}), so that the program's thread waits where it can be stopped for a move. An end of
 * file is handed on once: on a terminal there may be more behind it.
 *
 * <p>Safe for all threads. Program threads wait in Unsafe.park, not in a woven method: they stop in SsiHook.readInput.
 */
public final class StandardInput {
    /** Where bytes come from. Its methods are called without a lock of this class held. */
    public interface Source {
        /** Bytes that can be had without blocking, read right away into the array; 0 if there are none now. */
        int readNow(byte[] to, int offset, int length) throws IOException;

        int availableNow() throws IOException;

        /** Fetch at most so many items from this position on; then call arrived or failed. Asked again, it does no more. */
        void want(long position, int max);

        /** Reads nothing from now on, for ever; what was read before has arrived. */
        void stop();

        /**
         * The program has closed it at this position: whoever writes to the other end shall notice. Safe to repeat.
         *
         * @return whether it is done; else it is said again until something arrives at this position
         */
        boolean close(long position);
    }

    /** Longest piece asked of the source, bytes. */
    private static final int PIECE_BYTES_MAX = 8192;
    /** The source is asked again so often, nanoseconds: what it was asked or answered may have been lost on the way. */
    private static final long AGAIN_NANOS = 1_000_000_000;
    private static final Unsafe U = Unsafe.getUnsafe();

    private final Source source;
    private final Object lock = new Object();
    /** What was fetched and not given to the program. Guarded by lock. */
    private InputLog log = new InputLog(0);
    /** Up to where the last image has it. Guarded by lock. */
    private long copied;
    /** Guarded by lock. */
    private IOException failure;
    /** Guarded by lock: a piece is under way. */
    private boolean wanted;
    /** Guarded by lock: by the program. */
    private boolean closed;
    /** Guarded by lock: the source is told that it is closed. */
    private boolean told;
    /** Guarded by lock: the source has closed it. */
    private boolean closedThere;
    /** Guarded by lock: when it was asked for. */
    private long askedNanos;
    /** Guarded by lock. */
    private final ArrayDeque<Thread> waiting = new ArrayDeque<>(4);

    public StandardInput(Source source) {
        this.source = source;
    }

    /** As InputStream.read, or SsiHook.STOPPED if a freeze came first. */
    public int read(byte[] to, int offset, int length) throws IOException {
        boolean interrupted = false;
        Thread thread = Thread.currentThread();
        throwIfClosed();
        try {
            while (true) {
                boolean first;
                boolean again;
                long position;
                synchronized (lock) {
                    int n = take(to, offset, length);
                    if (n != 0) {
                        return n;
                    }
                    if (closed) {
                        return -1; // by another thread, while this one waited
                    }
                    if (SsiHook.isPending()) {
                        return SsiHook.STOPPED;
                    }
                    first = !wanted;
                    again = wanted && System.nanoTime() - askedNanos >= AGAIN_NANOS;
                    if (first || again) {
                        wanted = true;
                        askedNanos = System.nanoTime();
                    }
                    position = log.end();
                    waiting.add(thread);
                }
                int n = first ? readNow(to, offset, length) : 0;
                if (n > 0) {
                    return n;
                }
                if (first || again) {
                    source.want(position, Math.min(length, PIECE_BYTES_MAX));
                }
                U.park(false, AGAIN_NANOS);
                // A read of a file does not heed interrupts, and a park with the status set would not wait.
                interrupted |= Thread.interrupted();
                synchronized (lock) {
                    waiting.remove(thread);
                }
            }
        } finally {
            synchronized (lock) {
                waiting.remove(thread);
            }
            if (interrupted) {
                thread.interrupt();
            }
        }
    }

    /** The caller holds the right to ask the source (wanted). What is there at once saves the way through another thread. */
    private int readNow(byte[] to, int offset, int length) throws IOException {
        int n = 0;
        boolean failed = true;
        try {
            n = source.readNow(to, offset, length);
            failed = false;
        } finally {
            if (n > 0 || failed) {
                synchronized (lock) {
                    log.passed(n);
                    wake();
                }
            }
        }
        return n;
    }

    /** Nothing is under way any more: others that wait may ask. The caller holds the lock. */
    private void wake() {
        wanted = false;
        for (Thread thread : waiting) {
            U.unpark(thread);
        }
    }

    /** -1 at an end of file, 0 if nothing is here. The caller holds the lock. */
    private int take(byte[] to, int offset, int length) throws IOException {
        int n = log.take(to, offset, length);
        if (n == 0 && failure != null) {
            IOException now = failure;
            failure = null;
            throw now;
        }
        return n;
    }

    private void throwIfClosed() throws IOException {
        if (isClosed()) {
            throw new IOException("Stream Closed"); // as the JDK says it
        }
    }

    public int available() throws IOException {
        throwIfClosed();
        int here;
        synchronized (lock) {
            here = log.bytes();
        }
        return here + source.availableNow();
    }

    /** From the source here: the piece that was wanted; empty for an end of file. */
    public void arrived(byte[] piece) {
        synchronized (lock) {
            log.add(piece);
            wake();
        }
    }

    /** From afar, perhaps late or doubled: what stands at this position. */
    public void arrived(long position, byte[] piece) {
        synchronized (lock) {
            if (closed) {
                closedThere |= position == log.end();
            } else if (log.addAt(position, piece)) {
                wake();
            }
        }
    }

    /** From the source: reading failed. */
    public void failed(IOException cause) {
        synchronized (lock) {
            failure = cause;
            wake();
        }
    }

    /** By the program. */
    public void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            wake();
        }
        tellClosed();
    }

    /** If the program has closed it: the source is told so. In a landing once the process is here, not while it may still stay where it was. */
    public void tellClosed() {
        long position;
        synchronized (lock) {
            if (!closed || told) {
                return;
            }
            told = true;
            position = log.end();
        }
        if (!source.close(position)) {
            new Closer(position).launch();
        }
    }

    public boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    /** Says it again and again, since what it says may be lost. */
    private final class Closer extends AgentThread {
        private final long position;

        Closer(long position) {
            super("ssi-stdin-close");
            this.position = position;
        }

        private boolean isDone() {
            synchronized (lock) {
                return closedThere;
            }
        }

        @Override
        public void run() {
            try {
                while (!isDone() && !source.close(position)) {
                    Thread.sleep(AGAIN_NANOS / 1_000_000);
                }
            } catch (InterruptedException e) {
                // Nobody interrupts it.
            }
        }
    }

    /** For the image: what was fetched and not read, and where. The program stands still. */
    public byte[] copy() {
        synchronized (lock) {
            copied = log.end();
            return log.encode();
        }
    }

    /** In a landing: goes on as the image says. */
    public void restore(byte[] copy, boolean closedByProgram) {
        synchronized (lock) {
            log = InputLog.decode(copy);
            closed = closedByProgram;
        }
    }

    /** The process has left: what came after the image is for the JVM that comes into this one's place. */
    public InputLog leave() {
        source.stop();
        synchronized (lock) {
            return log.from(copied);
        }
    }

    /** The process is back where its descriptor is: what was read for it here and has not come to it. */
    public void comeHome(InputLog rest) {
        synchronized (lock) {
            log.append(rest);
        }
    }
}
