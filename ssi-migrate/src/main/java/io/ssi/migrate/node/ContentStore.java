package io.ssi.migrate.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage.PathEntry;
import io.ssi.migrate.ContentDigests;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Class path entries that were fetched, each in a folder named by its digest: {@code DIGEST/app.jar}. What has its name is
 * complete. Bounded: the least recently used go first, but none that a move or a running JVM uses. Thread-safe.
 *
 * <p>Lock order: one of {@code fetching}, then this.
 */
final class ContentStore {
    private static final String UNFINISHED = "part-";
    private static final Logger LOG = LoggerFactory.getLogger(ContentStore.class);

    /** Writes the content under this path, or fails when what it got is something else. */
    interface Filler {
        void fill(Path to) throws IOException;
    }

    private final Path folder;
    private final long bytesMax;
    private final ContentDigests digests;
    /** The command lines of this host: a landing JVM has the paths it uses on its own, whichever life of the daemon started it. */
    private final Supplier<String> commandLines;
    /** Two moves that lack the same entry fetch it once. */
    private final Object[] fetching = Stream.generate(Object::new).limit(64).toArray();
    /** Moves that use a digest. Guarded by this. */
    private final Map<String, Integer> used = new HashMap<>();
    /** Bytes promised to entries on their way, by their unfinished folder. Guarded by this. */
    private final Map<Path, Long> unfinished = new HashMap<>();

    ContentStore(Path folder, long bytesMax, ContentDigests digests, Supplier<String> commandLines) {
        this.folder = folder;
        this.bytesMax = bytesMax;
        this.digests = digests;
        this.commandLines = commandLines;
    }

    /**
     * The entry's content, filled in if it is missing or damaged. It stays until {@link #release}.
     *
     * @throws SsiException LIMIT when it does not fit, CANNOT_START when it cannot be kept, or what the filler throws
     */
    Path take(PathEntry entry, Filler filler) {
        String digest = entry.sha256();
        synchronized (fetching[Math.floorMod(digest.hashCode(), fetching.length)]) {
            use(digest, 1);
            try {
                Path kept = find(entry);
                if (kept == null) {
                    kept = fetch(entry, filler);
                }
                Files.setLastModifiedTime(folder.resolve(digest), FileTime.from(Instant.now()));
                return kept;
            } catch (IOException e) {
                release(digest);
                throw new SsiException(ErrorCode.CANNOT_START, "class path entry " + entry.path() + " cannot be kept in " + folder + ": "
                        + IoReason.of(e) + "; make room there, or put the same entry at the same place here", e);
            } catch (RuntimeException | Error e) {
                release(digest);
                throw e;
            }
        }
    }

    void release(String digest) {
        use(digest, -1);
    }

    private synchronized void use(String digest, int change) {
        used.merge(digest, change, (before, now) -> before + now == 0 ? null : before + now);
    }

    /** Null when it is not here; what is damaged goes. Read in full once in a daemon's life, afterwards only its length and times. */
    private Path find(PathEntry entry) throws IOException {
        Path home = folder.resolve(entry.sha256());
        if (!Files.isDirectory(home)) {
            return null;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(home)) {
            for (Path kept : children) {
                if ((entry.folder() ? digests.list(kept).digest() : digests.of(kept)).equals(entry.sha256())) {
                    return kept;
                }
            }
        } catch (IOException e) {
            LOG.debug("{}", home, e);
        }
        LOG.warn("{} is damaged and fetched again", home);
        remove(home);
        return null;
    }

    private Path fetch(PathEntry entry, Filler filler) throws IOException {
        Files.createDirectories(folder);
        Path part = begin(entry);
        try {
            filler.fill(part.resolve(name(entry)));
            Path home = folder.resolve(entry.sha256());
            Files.move(part, home, StandardCopyOption.ATOMIC_MOVE);
            return home.resolve(name(entry));
        } finally {
            deleteTree(part);
            synchronized (this) {
                unfinished.remove(part);
            }
        }
    }

    /** As at the source, unless that is no name here or means something to the launcher. */
    private static String name(PathEntry entry) {
        try {
            Path name = Path.of(entry.path().replace(File.pathSeparatorChar, '_')).getFileName();
            return name == null || Set.of("", ".", "..", "*").contains(name.toString()) ? "entry" : name.toString();
        } catch (InvalidPathException e) {
            return "entry";
        }
    }

    private synchronized Path begin(PathEntry entry) throws IOException {
        List<Path> homes = new ArrayList<>();
        long bytes = entry.bytes();
        for (long promised : unfinished.values()) {
            bytes += promised;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                if (ContentDigests.isOne(child.getFileName().toString())) {
                    homes.add(child);
                    bytes += size(child);
                } else if (!unfinished.containsKey(child)) {
                    deleteTree(child); // of an earlier life
                }
            }
        }
        if (bytes > bytesMax) {
            makeRoom(entry, homes, bytes);
        }
        Path part = Files.createTempDirectory(folder, UNFINISHED);
        unfinished.put(part, entry.bytes());
        return part;
    }

    private void makeRoom(PathEntry entry, List<Path> homes, long bytesNow) throws IOException {
        Map<Path, FileTime> times = new HashMap<>();
        for (Path home : homes) {
            times.put(home, Files.getLastModifiedTime(home));
        }
        homes.sort(Comparator.comparing(times::get));
        String running = commandLines.get();
        long bytes = bytesNow;
        for (Path home : homes) {
            if (bytes > bytesMax && !used.containsKey(home.getFileName().toString()) && !running.contains(home + "/")) {
                bytes -= size(home);
                LOG.info("{} goes from the class cache", home);
                remove(home);
            }
        }
        if (bytes > bytesMax) {
            throw new SsiException(ErrorCode.LIMIT, "class path entry " + entry.path() + " has " + entry.bytes() + " bytes, and what running programs use of "
                    + folder + " leaves it " + Math.max(0, bytesMax - bytes + entry.bytes()) + " of " + bytesMax + "; raise class-cache-bytes-max");
        }
    }

    /** By another name first, so that nothing half deleted ever has the name of something complete. */
    private void remove(Path home) throws IOException {
        Path part = Files.createTempDirectory(folder, UNFINISHED);
        Files.move(home, part, StandardCopyOption.ATOMIC_MOVE);
        deleteTree(part);
    }

    private static long size(Path home) throws IOException {
        long[] bytes = {0};
        each(home, file -> bytes[0] += Files.isRegularFile(file) ? Files.size(file) : 0);
        return bytes[0];
    }

    private static void deleteTree(Path top) throws IOException {
        if (Files.exists(top)) {
            each(top, Files::deleteIfExists);
        }
    }

    private interface Visit {
        void at(Path path) throws IOException;
    }

    /** What is inside before what it is in. */
    private static void each(Path top, Visit visit) throws IOException {
        Set<Path> all = new HashSet<>();
        try (Stream<Path> paths = Files.walk(top)) {
            paths.forEach(all::add);
        }
        for (Path path : all.stream().sorted(Comparator.reverseOrder()).toList()) {
            visit.at(path);
        }
    }

    /** Of all processes this daemon may see. */
    static String commandLines() {
        StringBuilder lines = new StringBuilder();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            try {
                lines.append(new String(Files.readAllBytes(Path.of("/proc/" + process.pid() + "/cmdline")), StandardCharsets.UTF_8)).append('\n');
            } catch (IOException e) {
                // It has ended.
            }
        }
        return lines.toString();
    }
}
