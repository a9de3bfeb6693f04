package io.ssi.agent.handler;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
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

        /** Fetch at most so many bytes; then call {@link StandardInput#arrived} or {@link StandardInput#failed}. */
        void want(int max) throws IOException;

        /** Reads nothing from now on, for ever; what was read before has arrived. */
        void stop();
    }

    /** Longest piece asked of the source, bytes. */
    private static final int PIECE_BYTES_MAX = 8192;
    /** A wait ends now and then by itself, in case a wake-up went to a JVM that has since moved. */
    private static final long RECHECK_NANOS = 1_000_000_000;
    private static final Unsafe U = Unsafe.getUnsafe();
    private static final byte[] NOTHING = {};

    private final Source source;
    private final Object lock = new Object();
    /** Pieces in order, an empty one for an end of file. Guarded by lock. */
    private final ArrayDeque<byte[]> pieces = new ArrayDeque<>(4);
    /** Bytes of the first piece already given out. Guarded by lock. */
    private int used;
    /** Guarded by lock. */
    private IOException failure;
    /** Guarded by lock: a piece is under way. */
    private boolean wanted;
    /** Guarded by lock. */
    private final ArrayDeque<Thread> waiting = new ArrayDeque<>(4);

    public StandardInput(Source source) {
        this.source = source;
    }

    /** As InputStream.read, or SsiHook.STOPPED if a freeze came first. */
    public int read(byte[] to, int offset, int length) throws IOException {
        boolean interrupted = false;
        Thread thread = Thread.currentThread();
        try {
            while (true) {
                int n = take(to, offset, length);
                if (n != 0) {
                    return n;
                }
                if (SsiHook.isPending()) {
                    return SsiHook.STOPPED;
                }
                boolean ask;
                synchronized (lock) {
                    ask = !wanted;
                    wanted = true;
                    waiting.add(thread);
                }
                if (ask) {
                    n = readNow(to, offset, length);
                    if (n > 0) {
                        return n;
                    }
                }
                U.park(false, RECHECK_NANOS);
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
        boolean asked = false;
        try {
            int n = source.readNow(to, offset, length);
            if (n > 0) {
                return n;
            }
            source.want(Math.min(length, PIECE_BYTES_MAX));
            asked = true;
            return 0;
        } finally {
            if (!asked) {
                wake();
            }
        }
    }

    /** Nothing is under way any more: others that wait may ask. */
    private void wake() {
        synchronized (lock) {
            wanted = false;
            for (Thread thread : waiting) {
                U.unpark(thread);
            }
        }
    }

    /** -1 at an end of file, 0 if nothing is here. */
    private int take(byte[] to, int offset, int length) throws IOException {
        synchronized (lock) {
            byte[] piece = pieces.peek();
            if (piece == null) {
                if (failure != null) {
                    IOException now = failure;
                    failure = null;
                    throw now;
                }
                return 0;
            }
            if (piece.length == 0) {
                pieces.remove();
                return -1;
            }
            int n = Math.min(length, piece.length - used);
            System.arraycopy(piece, used, to, offset, n);
            used += n;
            if (used == piece.length) {
                pieces.remove();
                used = 0;
            }
            return n;
        }
    }

    public int available() throws IOException {
        int here = 0;
        synchronized (lock) {
            for (byte[] piece : pieces) {
                here += piece.length;
            }
            here -= used;
        }
        return here + source.availableNow();
    }

    /** From the source: the piece that was wanted; empty for an end of file. */
    public void arrived(byte[] piece) {
        synchronized (lock) {
            pieces.add(piece);
            wake();
        }
    }

    /** From the source: reading failed. */
    public void failed(IOException cause) {
        synchronized (lock) {
            failure = cause;
            wake();
        }
    }

    /** For a move: takes what was fetched and not read. An end of file not yet seen is found again by the next read. */
    public byte[] takeAll() {
        synchronized (lock) {
            byte[] all = NOTHING;
            for (byte[] piece : pieces) {
                int from = all.length == 0 ? used : 0;
                byte[] more = Arrays.copyOf(all, all.length + piece.length - from);
                System.arraycopy(piece, from, more, all.length, piece.length - from);
                all = more;
            }
            pieces.clear();
            used = 0;
            return all;
        }
    }

    /** The process has left: what is still to be read is for the JVM that comes into this one's place. */
    public byte[] takeLast() {
        source.stop();
        return takeAll();
    }

    /** Puts bytes in front of everything else, after a move or when it failed. */
    public void giveBack(byte[] bytes) {
        if (bytes.length > 0) {
            synchronized (lock) {
                byte[] rest = takeAll();
                pieces.add(bytes);
                if (rest.length > 0) {
                    pieces.add(rest);
                }
                wake();
            }
        }
    }
}
