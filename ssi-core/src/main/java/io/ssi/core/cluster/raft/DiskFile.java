package io.ssi.core.cluster.raft;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file with fsync. The folder belongs to one daemon, which holds a lock in it. */
public final class DiskFile implements JournalFile {
    /** A journal is compacted long before; a larger file is not ours. */
    private static final long BYTES_MAX = 1L << 30;

    private final Path path;
    private FileChannel channel;

    public DiskFile(Path path) throws IOException {
        this.path = path;
        channel = open();
        syncFolder();
    }

    private FileChannel open() throws IOException {
        FileChannel opened = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        opened.position(opened.size());
        return opened;
    }

    @Override
    public byte[] read() throws IOException {
        if (channel.size() > BYTES_MAX) {
            throw new SsiException(ErrorCode.BAD_CONFIG, path + " has " + channel.size() + " bytes, more than the " + BYTES_MAX + " of a Raft journal");
        }
        return Files.readAllBytes(path);
    }

    @Override
    public void truncate(long length) throws IOException {
        channel.truncate(length);
        channel.position(length);
        channel.force(true);
    }

    @Override
    public void append(byte[] bytes) throws IOException {
        write(channel, bytes);
    }

    @Override
    public void force() throws IOException {
        channel.force(false);
    }

    @Override
    public void replace(byte[] bytes) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            write(out, bytes);
            out.force(true);
        }
        channel.close();
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        syncFolder();
        channel = open();
    }

    private static void write(FileChannel out, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
    }

    /** A new name in a folder is durable only when the folder is. */
    private void syncFolder() throws IOException {
        try (FileChannel folder = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
