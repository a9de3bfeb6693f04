package io.ssi.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A daemon of this host that runs from another folder as the very node that a state folder makes: one of the two folders is a copy. Two
 * daemons of one identity would each undo what the other tells the cluster. Sees the daemons of this user only, root those of all.
 */
public record Twin(long pid, String number, Path folder) {
    private static final String IDENTITY = "cluster/node";
    private static final Path PROC = Path.of("/proc");

    static Optional<Twin> of(Path stateDir) throws IOException {
        Path identity = stateDir.resolve(IDENTITY);
        if (!Files.exists(identity)) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                Optional<Path> other = isDaemon(process) ? stateDirOf(process) : Optional.empty();
                if (other.isPresent() && isCopy(stateDir, other.get())) {
                    return Optional.of(new Twin(Long.parseLong(process.getFileName().toString()), number(identity), other.get()));
                }
            }
        }
        return Optional.empty();
    }

    /** Whether this process is the daemon of this folder, or is about to be. */
    public static boolean uses(long pid, Path stateDir) throws IOException {
        Optional<Path> used = stateDirOf(PROC.resolve(Long.toString(pid)));
        return used.isPresent() && Files.isSameFile(used.get(), stateDir);
    }

    private static boolean isCopy(Path one, Path other) {
        try {
            return !Files.isSameFile(one, other) && Files.mismatch(one.resolve(IDENTITY), other.resolve(IDENTITY)) < 0;
        } catch (IOException newOrGone) {
            return false;
        }
    }

    private static String number(Path identity) throws IOException {
        return Files.readAllLines(identity).stream().filter(line -> line.startsWith("number=")).map(line -> line.substring("number=".length())).findAny().orElse("?");
    }

    private static boolean isDaemon(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1).contains("\0" + NodeMain.class.getName() + "\0");
        } catch (IOException ended) {
            return false;
        }
    }

    /** Every daemon has its folder's lock file open, see {@link StateDir}. */
    private static Optional<Path> stateDirOf(Path daemon) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(daemon.resolve("fd"))) {
            for (Path descriptor : open) {
                Path file = link(descriptor);
                if (file.endsWith(StateDir.LOCK) && file.isAbsolute() && Files.isDirectory(file.getParent())) {
                    return Optional.of(file.getParent());
                }
            }
        } catch (IOException | DirectoryIteratorException endedOrOfAnotherUser) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** What a descriptor leads to; itself when it was closed meanwhile. */
    private static Path link(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor);
        } catch (NoSuchFileException closed) {
            return descriptor;
        }
    }
}
