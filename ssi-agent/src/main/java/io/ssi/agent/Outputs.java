package io.ssi.agent;

import io.ssi.agent.deputy.Libc;
import io.ssi.core.wire.KeptFolder;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
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
    private static final long LOCK_NANOS = 10_000_000_000L;

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
     */
    synchronized void leave(KeptFolder folder, MethodHandles.Lookup trusted) {
        for (int descriptor = 1; descriptor <= ends.length; descriptor++) {
            FileInputStream end = ends[descriptor - 1];
            if (end != null) {
                try (FileChannel lock = FileChannel.open(folder.lock(descriptor), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    if (isOurs(lock)) {
                        leave(folder, descriptor, end, trusted);
                    }
                } catch (IOException e) {
                    // No daemon ever took it in.
                }
            }
        }
    }

    private static boolean isOurs(FileChannel lock) throws IOException {
        long giveUp = System.nanoTime() + LOCK_NANOS;
        while (lock.tryLock() == null) {
            if (System.nanoTime() > giveUp) {
                return false;
            }
            LockSupport.parkNanos(AGAIN_NANOS);
        }
        return true;
    }

    private static void leave(KeptFolder folder, int descriptor, FileInputStream pipe, MethodHandles.Lookup trusted) throws IOException {
        new Libc(trusted).redirect(descriptor, folder.rest(descriptor).toString());
        ByteBuffer bytes = ByteBuffer.allocate(PIECE_BYTES);
        try (FileChannel part = FileChannel.open(folder.part(descriptor, folder.end(descriptor)), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (pipe.available() > 0) {
                bytes.clear().limit(pipe.read(bytes.array()));
                while (bytes.hasRemaining()) {
                    try {
                        part.write(bytes);
                    } catch (IOException full) {
                        LockSupport.parkNanos(AGAIN_NANOS);
                    }
                }
            }
        }
        folder.append(descriptor, folder.rest(descriptor));
    }

    void restore(int descriptors, MethodHandles.Lookup trusted) {
        for (int descriptor = 1; descriptor <= 2; descriptor++) {
            if ((descriptors & 1 << descriptor) != 0) {
                broke(descriptor, trusted);
            }
        }
    }
}
