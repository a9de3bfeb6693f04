package io.ssi.migrate.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage.PathEntry;
import io.ssi.migrate.ClassPath;
import io.ssi.migrate.ContentDigests;
import io.ssi.migrate.FolderListing;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the class path of a process on this host, by content: an entry that is the same at the same place is used there, what
 * is missing or differs is fetched from the source and kept. As source it gives the parts of entries. Thread-safe.
 */
public final class ClassPathCache {
    private static final int CHUNK = 1 << 20;

    /** Gives a part of an entry at the source, see {@link MigrateMessages.FetchRequest}; empty at its end. */
    interface Source {
        byte[] read(int entry, String inside, long offset, int max);
    }

    /** Makes a file. */
    interface Disk {
        OutputStream create(Path file) throws IOException;
    }

    private final ContentDigests digests = new ContentDigests();
    private final ContentStore store;
    private final Disk disk;

    /**
     * @param folder where fetched entries are kept
     * @param bytesMax of all that is kept there
     */
    public ClassPathCache(Path folder, long bytesMax) {
        // Synchronous: a file that has its name is on the disk.
        this(folder, bytesMax, file -> Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.DSYNC));
    }

    ClassPathCache(Path folder, long bytesMax, Disk disk) {
        this.store = new ContentStore(folder, bytesMax, digests, ContentStore::commandLines);
        this.disk = disk;
    }

    /** A class path on this host; what it uses of the cache stays until it is closed, and as long as a JVM has it on its command line. */
    final class Located implements AutoCloseable {
        /** Name at the source by path here, in order. */
        private final Map<Path, String> files = new LinkedHashMap<>();
        private final List<String> taken = new ArrayList<>();

        List<Path> files() {
            return List.copyOf(files.keySet());
        }

        List<String> names() {
            return List.copyOf(files.values());
        }

        @Override
        public void close() {
            taken.forEach(store::release);
            taken.clear();
        }
    }

    /**
     * The class path as it is at the source, entry by entry; an entry with the content of an earlier one may be left out.
     *
     * @throws SsiException what cannot be had, in one sentence; nothing is left behind then
     */
    Located locate(List<PathEntry> entries, Source source) {
        for (PathEntry entry : entries) {
            if (!ContentDigests.isOne(entry.sha256()) || entry.bytes() < 0) {
                throw new SsiException(ErrorCode.BAD_FRAME, "class path entry " + entry.path() + " has no SHA-256 but \"" + entry.sha256() + "\"");
            }
        }
        Located located = new Located();
        try {
            locate(entries, source, located, true);
            if (!leadsTo(entries, located.files())) {
                // The manifest of a jar that was found here names a jar that is another here.
                located.files.clear();
                locate(entries, source, located, false);
                if (!leadsTo(entries, located.files())) {
                    throw new SsiException(ErrorCode.CANNOT_START, "the Class-Path of a manifest leads to other files here than at the source; class path: "
                            + located.names());
                }
            }
            return located;
        } catch (IOException e) {
            located.close();
            throw new SsiException(ErrorCode.CANNOT_START, "the class path cannot be read here: " + IoReason.of(e), e);
        } catch (RuntimeException | Error e) {
            located.close();
            throw e;
        }
    }

    private void locate(List<PathEntry> entries, Source source, Located located, boolean inPlace) {
        for (int i = 0; i < entries.size(); i++) {
            PathEntry entry = entries.get(i);
            int number = i;
            Path path = (inPlace ? here(entry) : Optional.<Path>empty()).orElseGet(() -> {
                Path kept = store.take(entry, to -> fetch(number, entry, source, to));
                located.taken.add(entry.sha256());
                return kept;
            });
            located.files.putIfAbsent(path, entry.path());
        }
    }

    /** The entry where it was at the source, if that can stand on a command line. */
    private Optional<Path> here(PathEntry entry) {
        try {
            Path path = Path.of(entry.path());
            boolean same = path.isAbsolute() && !path.endsWith("*") && entry.path().indexOf(File.pathSeparatorChar) < 0 && (entry.folder()
                    ? Files.isDirectory(path) && digests.list(path).digest().equals(entry.sha256())
                    : Files.isRegularFile(path) && Files.size(path) == entry.bytes() && digests.of(path).equals(entry.sha256()));
            return same ? Optional.of(path) : Optional.empty();
        } catch (IOException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Whether the JDK's loader finds the same contents in the same order on both. */
    private boolean leadsTo(List<PathEntry> entries, List<Path> files) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (Path file : files) {
            urls.add(ClassPath.url(file));
        }
        Set<String> found = new LinkedHashSet<>();
        for (ClassPath.Element element : ClassPath.walk(urls)) {
            found.add(element.folder() ? digests.list(element.file()).digest() : digests.of(element.file()));
        }
        return List.copyOf(found).equals(entries.stream().map(PathEntry::sha256).distinct().toList());
    }

    private void fetch(int number, PathEntry entry, Source source, Path to) throws IOException {
        if (!entry.folder()) {
            fetchFile(number, "", entry.sha256(), entry.bytes(), entry, source, to);
            return;
        }
        FolderListing listing = FolderListing.parse(fetchListing(number, entry, source));
        if (listing.bytes() != entry.bytes()) {
            throw changed(entry, "");
        }
        Files.createDirectory(to);
        for (FolderListing.Item item : listing.items()) {
            Path file = to.resolve(item.name());
            if (item.isFolder()) {
                Files.createDirectories(file);
            } else {
                fetchFile(number, item.name(), item.sha256(), item.bytes(), entry, source, file);
            }
        }
    }

    private static String fetchListing(int number, PathEntry entry, Source source) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        MessageDigest digest = ContentDigests.start();
        byte[] chunk;
        while ((chunk = source.read(number, "", text.size(), CHUNK)).length > 0 && text.size() < FolderListing.TEXT_MAX) {
            digest.update(chunk);
            text.writeBytes(chunk);
        }
        if (!ContentDigests.end(digest).equals(entry.sha256())) {
            throw changed(entry, "");
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private void fetchFile(int number, String inside, String sha256, long bytes, PathEntry entry, Source source, Path to) throws IOException {
        MessageDigest digest = ContentDigests.start();
        try (OutputStream out = disk.create(to)) {
            byte[] chunk;
            for (long offset = 0; offset < bytes; offset += chunk.length) {
                chunk = source.read(number, inside, offset, (int) Math.min(CHUNK, bytes - offset));
                if (chunk.length == 0 || chunk.length > bytes - offset) {
                    throw changed(entry, inside);
                }
                digest.update(chunk);
                out.write(chunk);
            }
        }
        if (!ContentDigests.end(digest).equals(sha256)) {
            throw changed(entry, inside);
        }
    }

    private static SsiException changed(PathEntry entry, String inside) {
        return new SsiException(ErrorCode.CANNOT_START, "class path entry " + entry.path() + (inside.isEmpty() ? "" : ", file " + inside + ",")
                + " changed at the source while it was fetched; move the process when nothing writes there");
    }

    /** As source: a part of an entry; inside as in {@link MigrateMessages.FetchRequest}. */
    byte[] read(PathEntry entry, String inside, long offset, int max) throws IOException {
        if (entry.folder() && inside.isEmpty()) {
            byte[] text = digests.list(Path.of(entry.file())).text().getBytes(StandardCharsets.UTF_8);
            return Arrays.copyOfRange(text, (int) Math.min(offset, text.length), (int) Math.min(offset + max, text.length));
        }
        if (!inside.isEmpty() && !(entry.folder() && FolderListing.isInside(inside))) {
            throw new SsiException(ErrorCode.NOT_PERMITTED, "'" + inside + "' is not inside of class path entry " + entry.path());
        }
        try (RandomAccessFile file = new RandomAccessFile(Path.of(entry.file()).resolve(inside).toFile(), "r")) {
            byte[] part = new byte[(int) Math.max(0, Math.min(max, file.length() - offset))];
            file.seek(offset);
            file.readFully(part);
            return part;
        }
    }
}
