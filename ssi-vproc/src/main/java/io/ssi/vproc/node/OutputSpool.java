package io.ssi.vproc.node;

import io.ssi.core.wire.KeptFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.TreeSet;

/**
 * One output of one incarnation on disk, from the first byte that is not acknowledged on (or a little before). Bytes come out of the JVM's
 * pipe by splice(2), so that each is in the pipe or here whenever the daemon is killed; that a file ends there says how many have come.
 * Files of {@value #PART_BYTES} bytes, so that what is acknowledged can go. Not thread-safe.
 */
final class OutputSpool implements AutoCloseable {
    static final int PART_BYTES = 256 << 10;

    private final KeptFolder folder;
    private final int fd;
    private FileChannel lockFile;
    private FileLock lock;
    /** Where the parts begin; never empty once it is open. */
    private TreeSet<Long> parts;
    private long end;
    /** The last part, for the kernel; -1 before the first byte comes. */
    private int file = -1;
    /** The part that was read last. */
    private FileChannel source;
    private long sourceBegin;

    OutputSpool(KeptFolder folder, int fd) {
        this.folder = folder;
        this.fd = fd;
    }

    /** False while another daemon or the JVM itself has it, which are both about to end. */
    boolean tryOpen() throws IOException {
        folder.create();
        if (lockFile == null) {
            lockFile = FileChannel.open(folder.lock(fd), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        }
        try {
            lock = lock != null ? lock : lockFile.tryLock();
        } catch (OverlappingFileLockException sameJvm) {
            return false;
        }
        if (lock == null) {
            return false;
        }
        parts = folder.parts(fd);
        end = folder.end(fd);
        if (parts.isEmpty()) {
            parts.add(end);
        }
        return true;
    }

    /** Offset of the first byte that is here. */
    long begin() {
        return parts.first();
    }

    /** Offset behind the last. */
    long end() {
        return end;
    }

    /** Takes at most so many bytes out of a pipe; as {@link Posix#splice}. */
    long take(int pipe, long count) throws IOException {
        boolean full = end - parts.last() >= PART_BYTES;
        if (full || file < 0) {
            int next = Posix.openToWrite(folder.part(fd, full ? end : parts.last()));
            if (file >= 0) {
                Posix.close(file);
            }
            file = next;
            parts.add(full ? end : parts.last());
        }
        long n = Posix.splice(pipe, file, end - parts.last(), count);
        end += Math.max(0, n);
        return n;
    }

    /** Some of what is at this offset, which is before the end. */
    byte[] read(long at, int count) throws IOException {
        long begin = parts.floor(at);
        if (source == null || sourceBegin != begin) {
            if (source != null) {
                source.close();
            }
            source = FileChannel.open(folder.part(fd, begin), StandardOpenOption.READ);
            sourceBegin = begin;
        }
        ByteBuffer bytes = ByteBuffer.allocate(count);
        int n = source.read(bytes, at - begin);
        if (n <= 0) {
            throw new IOException(folder.part(fd, begin) + " has lost what it had at offset " + at);
        }
        return Arrays.copyOf(bytes.array(), n);
    }

    /** Nobody will ask for what is before this offset. */
    void forget(long before) {
        for (Long next = parts.higher(parts.first()); next != null && next <= before; next = parts.higher(next)) {
            try {
                Files.deleteIfExists(folder.part(fd, parts.first()));
            } catch (IOException e) {
                return; // again with the next
            }
            parts.pollFirst();
        }
    }

    /** Nothing of it is used any more by this daemon; another may open it. */
    @Override
    public void close() {
        try {
            if (file >= 0) {
                Posix.close(file);
                file = -1;
            }
            if (source != null) {
                source.close();
            }
            if (lockFile != null) {
                lockFile.close();
            }
        } catch (IOException e) {
            // The kernel does it in the end.
        }
    }
}
