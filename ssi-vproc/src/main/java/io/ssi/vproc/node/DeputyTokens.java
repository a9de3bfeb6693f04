package io.ssi.vproc.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.VPid;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Which token and OS process belong to which process, on disk (a file for each), so that deputies are known again after a restart of the daemon.
 * The OS process is the same from the start of the program on, whatever it runs.
 */
final class DeputyTokens {
    private final Path folder;

    DeputyTokens(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new SsiException(ErrorCode.CANNOT_START, "cannot make " + folder + ": " + e, e);
        }
    }

    /** Who holds a terminal. */
    record Holder(long token, long osPid, long startTicks) {
        /** Nobody takes back that a deputy is gone, and a look in the middle of an execve(2) may see the thread that it replaces: so it takes two. */
        boolean isAlive(OsProcesses os) {
            return isSeen(os.sample(osPid)) || isSeen(os.sample(osPid));
        }

        private boolean isSeen(OsProcesses.Sample now) {
            return now.alive() && now.startTicks() == startTicks;
        }
    }

    void save(VPid vpid, Holder holder) {
        try {
            Files.writeString(file(vpid), HexFormat.of().toHexDigits(holder.token) + " " + holder.osPid + " " + holder.startTicks);
        } catch (IOException e) {
            throw new SsiException(ErrorCode.CANNOT_START, "cannot write " + file(vpid) + ": " + IoReason.of(e) + "; free space or fix its rights", e);
        }
    }

    Optional<VPid> find(long token) {
        String wanted = HexFormat.of().toHexDigits(token);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (Files.readString(file).startsWith(wanted)) {
                    return Optional.of(new VPid(Integer.parseInt(file.getFileName().toString())));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    Optional<Holder> holder(VPid vpid) {
        try {
            String[] words = Files.readString(file(vpid)).split(" ");
            return Optional.of(new Holder(HexFormat.fromHexDigitsToLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2])));
        } catch (IOException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    void remove(VPid vpid) {
        try {
            Files.deleteIfExists(file(vpid));
        } catch (IOException e) {
            // A token nobody has any more harms nobody.
        }
    }

    private Path file(VPid vpid) {
        return folder.resolve(vpid.toString());
    }
}
