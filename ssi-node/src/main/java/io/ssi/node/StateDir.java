package io.ssi.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The folder of one daemon (0700 when made here), locked while it runs. The lock is the kernel's and goes with the process, so nothing is left to
 * clean up after a crash; {@code daemon.pid} is for people.
 */
public final class StateDir implements AutoCloseable {
    static final String LOCK = "daemon.pid";
    private final Path folder;
    private final FileChannel lockFile;
    private final FileLock lock;

    private StateDir(Path folder, FileChannel lockFile, FileLock lock) {
        this.folder = folder;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /** @throws SsiException CANNOT_START when another daemon has the folder, or one that it was copied from, or it cannot be used */
    static StateDir open(Path folder) {
        try {
            create(folder);
            FileChannel file = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = tryLock(file);
            if (lock == null) {
                String pid = Files.readString(folder.resolve(LOCK)).strip();
                file.close();
                throw new SsiException(ErrorCode.CANNOT_START, "a node daemon (pid " + pid + ") uses the state folder " + folder
                        + " already; stop it with ssi-node stop, or set another state-dir");
            }
            file.truncate(0);
            file.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8)));
            refuseCopy(folder, file);
            StateDir state = new StateDir(folder, file, lock);
            state.emptyPipes();
            return state;
        } catch (IOException e) {
            throw new SsiException(ErrorCode.CANNOT_START, "the state folder " + folder + " cannot be used: " + IoReason.of(e) + "; make room, fix its rights, or set another state-dir", e);
        }
    }

    /** A new folder is for this user alone. One that exists keeps its rights: it may be anything, by a slip even the root folder. */
    public static void create(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder.toAbsolutePath().getParent());
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private static void refuseCopy(Path folder, FileChannel file) throws IOException {
        Optional<Twin> twin = Twin.of(folder);
        if (twin.isPresent()) {
            Path original = twin.get().folder();
            file.close();
            throw new SsiException(ErrorCode.CANNOT_START, "the state folder " + folder + " is a copy of " + original + ", from which node " + twin.get().number()
                    + " of this cluster runs already (pid " + twin.get().pid() + "); a new node beside it is made with: ssi-node join HOST:PORT --key " + original.resolve("cluster.key")
                    + " -o state-dir=A-NEW-FOLDER -o address=127.0.0.N");
        }
    }

    private static FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException sameJvm) {
            return null;
        }
    }

    /** Folder for named pipes; those of an earlier life have no use any more. */
    Path pipes() {
        return folder.resolve("pipes");
    }

    private void emptyPipes() throws IOException {
        Files.createDirectories(pipes());
        Files.createDirectories(kept());
        try (var old = Files.newDirectoryStream(pipes())) {
            for (Path pipe : old) {
                Files.deleteIfExists(pipe);
            }
        }
    }

    /** What processes that moved here have left to deliver, and those that ended without a daemon. */
    Path kept() {
        return folder.resolve("kept");
    }

    /** Class path entries fetched for processes that moved here. */
    Path classes() {
        return folder.resolve("classes");
    }

    Path cluster() {
        return folder.resolve("cluster");
    }

    Path deputies() {
        return folder.resolve("deputies");
    }

    Path vpids() {
        return folder.resolve("vpids");
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(folder.resolve(LOCK));
            lock.release();
            lockFile.close();
        } catch (IOException e) {
            // The kernel releases it with the process.
        }
    }
}
