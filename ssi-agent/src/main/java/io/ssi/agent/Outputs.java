package io.ssi.agent;

import io.ssi.agent.deputy.Libc;
import io.ssi.agent.link.DaemonLink;
import io.ssi.core.wire.KeptFolder;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.lang.invoke.MethodHandles;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;

/**
 * A landing's own outputs: named pipes with a daemon at the other end. Their reading ends are held here, too, and never read: as long
 * as they are open the program gets no error when the daemon dies, but waits once the pipe is full, and the next daemon reads on. An output
 * that the deputy cannot show any more is broken here, wherever the program goes, until it is home and has the real one. Thread-safe.
 */
final class Outputs {
    private static final int PIECE_BYTES = 32 << 10;
    private static final long AGAIN_NANOS = 20_000_000;
    /** Of both outputs. */
    private static final long LOCK_NANOS = 10_000_000_000L;
    private static final int QUIET_LOOKS = 3;
    private static final long EMPTY_NANOS = 10_000_000_000L;

    /** Guarded by this; empty in a JVM that has its outputs from its user. */
    private FileInputStream[] ends = new FileInputStream[0];
    /** Guarded by this; bit n for descriptor n. */
    private int broken;

    synchronized void hold() {
        ends = new FileInputStream[2];
        for (int i = 0; i < ends.length; i++) {
            try {
                ends[i] = new FileInputStream("/proc/self/fd/" + (i + 1));
            } catch (IOException e) {
                // No pipe: then nobody's death closes it.
            }
        }
    }

    /** From now on writes fail. Repeated because the daemon still reads it: then a write succeeded. */
    synchronized void broke(int descriptor, MethodHandles.Lookup trusted) {
        if (descriptor < 1 || descriptor > ends.length) {
            return;
        }
        broken |= 1 << descriptor;
        new Libc(trusted).breakOutput(descriptor);
        FileInputStream end = ends[descriptor - 1];
        if (end != null) {
            ends[descriptor - 1] = null;
            try {
                end.close();
            } catch (IOException e) {
                // It is closed.
            }
        }
    }

    /** Bit n for descriptor n. */
    synchronized int broken() {
        return broken;
    }

    /**
     * The JVM ends and no daemon hears of it: what is in the pipes goes where the next daemon finds it, and so does what is still written until
     * the end. A disk that is full is waited for, as a full pipe is, and a daemon that has the pipes still for some seconds: it takes the rest itself.
     *
     * @param link by which a daemon may hear of it after all; then that takes the rest
     */
    synchronized void leave(KeptFolder folder, DaemonLink link, MethodHandles.Lookup trusted) {
        long giveUp = System.nanoTime() + LOCK_NANOS;
        for (int descriptor = 1; descriptor <= ends.length; descriptor++) {
            FileInputStream end = ends[descriptor - 1];
            if (end != null) {
                try (FileChannel lock = FileChannel.open(folder.lock(descriptor), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    if (isOurs(lock, giveUp, link)) {
                        leave(folder, descriptor, end, trusted);
                    }
                } catch (IOException e) {
                    // No daemon ever took it in.
                }
            }
        }
    }

    private static boolean isOurs(FileChannel lock, long giveUp, DaemonLink link) throws IOException {
        while (lock.tryLock() == null) {
            if (link.isHeard() || System.nanoTime() > giveUp) {
                return false;
            }
            pause();
        }
        return true;
    }

    /** Longer than a moment also for a thread that is interrupted. */
    private static void pause() {
        LockSupport.parkNanos(AGAIN_NANOS);
        if (Thread.interrupted()) {
            LockSupport.parkNanos(AGAIN_NANOS);
        }
    }

    private static void leave(KeptFolder folder, int descriptor, FileInputStream pipe, MethodHandles.Lookup trusted) throws IOException {
        new Libc(trusted).redirect(descriptor, folder.rest(descriptor).toString());
        try (RandomAccessFile part = new RandomAccessFile(folder.part(descriptor, folder.end(descriptor)).toFile(), "rw")) {
            part.seek(part.length());
            empty(pipe, part);
        }
        folder.append(descriptor, folder.rest(descriptor));
    }

    /** Until nothing more comes: a thread that waited for room goes on with its write a moment later. But a child of the program may write for ever. */
    static void empty(InputStream pipe, RandomAccessFile part) throws IOException {
        byte[] bytes = new byte[PIECE_BYTES];
        long giveUp = System.nanoTime() + EMPTY_NANOS;
        for (int quiet = 0; quiet < QUIET_LOOKS && System.nanoTime() < giveUp; ) {
            if (pipe.available() > 0) {
                quiet = 0;
                write(bytes, pipe.read(bytes), part);
            } else {
                quiet++;
                pause();
            }
        }
    }

    /** No channel: that would be closed by an interrupt. */
    private static void write(byte[] bytes, int count, RandomAccessFile part) throws IOException {
        long begin = part.getFilePointer();
        for (int at = 0; at < count; at = (int) (part.getFilePointer() - begin)) {
            try {
                part.write(bytes, at, count - at);
            } catch (IOException full) {
                pause();
            }
        }
    }

    void restore(int descriptors, MethodHandles.Lookup trusted) {
        for (int descriptor = 1; descriptor <= 2; descriptor++) {
            if ((descriptors & 1 << descriptor) != 0) {
                broke(descriptor, trusted);
            }
        }
    }
}
