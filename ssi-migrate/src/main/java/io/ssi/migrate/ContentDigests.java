package io.ssi.migrate;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * SHA-256 of files and folders, as 64 hex digits. A file is read once and again only when its length or one of its times
 * differs, so that asking twice is cheap. Thread-safe.
 */
public final class ContentDigests {
    /** More files or bytes than this in one folder are refused: somebody waits for the answer. */
    static final int FOLDER_FILES_MAX = 50_000;
    static final long FOLDER_BYTES_MAX = 4L << 30;
    private static final int KNOWN_MAX = 2 * FOLDER_FILES_MAX;
    /** A file younger than this may change once more without its times telling. */
    private static final long SETTLED_MILLIS = 2_000;

    private record Stamp(long bytes, FileTime modified, FileTime changed, String digest) {}

    /** Guarded by itself. */
    private final Map<Path, Stamp> known = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Stamp> eldest) {
            return size() > KNOWN_MAX;
        }
    };

    /** A digest that can be changed step by step; for what is written while it is hashed. */
    public static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks SHA-256; use a complete JDK 25", e);
        }
    }

    public static String end(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    static String of(String text) {
        return HexFormat.of().formatHex(start().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** True for what a digest looks like; anything else from outside is no name of a file here. */
    public static boolean isOne(String text) {
        return text.length() == 64 && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }

    public String of(Path file) throws IOException {
        Stamp now = stamp(file);
        synchronized (known) {
            Stamp before = known.get(file);
            if (before != null && now.equals(new Stamp(before.bytes, before.modified, before.changed, ""))) {
                return before.digest;
            }
        }
        String digest = read(file);
        if (System.currentTimeMillis() - now.changed.toMillis() > SETTLED_MILLIS) {
            synchronized (known) {
                known.put(file, new Stamp(now.bytes, now.modified, now.changed, digest));
            }
        }
        return digest;
    }

    private static Stamp stamp(Path file) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(file, "unix:size,lastModifiedTime,ctime");
        return new Stamp((Long) attributes.get("size"), (FileTime) attributes.get("lastModifiedTime"), (FileTime) attributes.get("ctime"), "");
    }

    private static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = start();
            byte[] buffer = new byte[1 << 16];
            for (int n; (n = in.read(buffer)) > 0;) {
                digest.update(buffer, 0, n);
            }
            return end(digest);
        }
    }

    /**
     * Everything in a folder; links are followed.
     *
     * @throws IOException also for a folder that has too much in it, a file that cannot be read, or links in a circle
     */
    public FolderListing list(Path folder) throws IOException {
        List<FolderListing.Item> items = new ArrayList<>();
        long[] bytes = {0};
        Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path inside, BasicFileAttributes attributes) throws IOException {
                return inside.equals(folder) ? FileVisitResult.CONTINUE : add(FolderListing.Item.folder(name(inside)));
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                bytes[0] += attributes.size();
                return attributes.isRegularFile() ? add(new FolderListing.Item(name(file), of(file), attributes.size())) : FileVisitResult.CONTINUE;
            }

            /** A link to nothing is nothing to a class loader either. */
            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (Files.isSymbolicLink(file) && !Files.exists(file)) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            private String name(Path inside) {
                return folder.relativize(inside).toString();
            }

            private FileVisitResult add(FolderListing.Item item) throws IOException {
                if (item.name().chars().anyMatch(c -> c < ' ')) {
                    throw new IOException("folder " + folder + " has a file with a control character in its name");
                }
                items.add(item);
                if (items.size() > FOLDER_FILES_MAX || bytes[0] > FOLDER_BYTES_MAX) {
                    throw new IOException("folder " + folder + " has more than " + FOLDER_FILES_MAX + " files or "
                            + (FOLDER_BYTES_MAX >> 30) + " GiB");
                }
                return FileVisitResult.CONTINUE;
            }
        });
        if (!Files.isDirectory(folder)) {
            throw new FileNotFoundException(folder + " is no folder");
        }
        return new FolderListing(items);
    }
}
