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

/** Which token belongs to which process, on disk (a file for each), so that deputies are known again after a restart of the daemon. */
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

    void save(VPid vpid, long token) {
        try {
            Files.writeString(file(vpid), HexFormat.of().toHexDigits(token));
        } catch (IOException e) {
            throw new SsiException(ErrorCode.CANNOT_START, "cannot write " + file(vpid) + ": " + IoReason.of(e) + "; free space or fix its rights", e);
        }
    }

    Optional<VPid> find(long token) {
        String wanted = HexFormat.of().toHexDigits(token);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (Files.readString(file).equals(wanted)) {
                    return Optional.of(new VPid(Integer.parseInt(file.getFileName().toString())));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    Optional<Long> token(VPid vpid) {
        try {
            return Optional.of(HexFormat.fromHexDigitsToLong(Files.readString(file(vpid))));
        } catch (IOException | IllegalArgumentException e) {
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
