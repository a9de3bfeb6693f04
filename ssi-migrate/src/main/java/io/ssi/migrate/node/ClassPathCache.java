package io.ssi.migrate.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage.PathEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Finds class path entries of a process on this host, by content; what is missing is fetched once and kept by its hash. */
final class ClassPathCache {
    private static final int CHUNK = 1 << 20;

    /** Gives a part of a file at the source; empty at its end. */
    interface Source {
        byte[] read(String path, long offset, int max);
    }

    private final Path folder;

    ClassPathCache(Path folder) {
        this.folder = folder;
    }

    /**
     * A path here with the entry's content.
     *
     * @throws SsiException CANNOT_START for a folder that is not here, or a file that cannot be fetched
     */
    Path locate(PathEntry entry, Source source) {
        Path here = Path.of(entry.path());
        if (entry.sha256().isEmpty()) {
            if (entry.bytes() > 0 && !Files.exists(here)) {
                throw new SsiException(ErrorCode.CANNOT_START, "the class path has the folder " + entry.path()
                        + ", which is not on the target; put the classes into a jar (jars are fetched), or copy the folder there");
            }
            return here;
        }
        try {
            if (Files.isRegularFile(here) && Files.size(here) == entry.bytes() && sha256(here).equals(entry.sha256())) {
                return here;
            }
            Path kept = folder.resolve(entry.sha256()).resolve(here.getFileName().toString());
            if (!Files.exists(kept)) {
                fetch(entry, kept, source);
            }
            return kept;
        } catch (IOException e) {
            throw new SsiException(ErrorCode.CANNOT_START, "class path entry " + entry.path() + " cannot be kept in " + folder + ": " + e, e);
        }
    }

    private void fetch(PathEntry entry, Path kept, Source source) throws IOException {
        Files.createDirectories(kept.getParent());
        Path part = Files.createTempFile(kept.getParent(), "part", ".tmp");
        try {
            try (OutputStream out = Files.newOutputStream(part)) {
                byte[] chunk;
                for (long offset = 0; (chunk = source.read(entry.path(), offset, CHUNK)).length > 0; offset += chunk.length) {
                    out.write(chunk);
                    if (offset + chunk.length > entry.bytes()) {
                        break;
                    }
                }
            }
            String got = sha256(part);
            if (!got.equals(entry.sha256())) {
                throw new SsiException(ErrorCode.CANNOT_START, "class path entry " + entry.path() + " changed at the source while it was fetched (SHA-256 "
                        + got + ", expected " + entry.sha256() + "); the running program has the old one, it cannot move");
            }
            Files.move(part, kept, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int n; (n = in.read(buffer)) > 0;) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
