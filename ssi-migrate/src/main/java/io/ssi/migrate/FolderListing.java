package io.ssi.migrate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a folder of the class path holds, in the order of the names. Its text, one line {@code SHA-256 bytes name} for each item,
 * is what the folder's own digest is made of, so that who knows the digest can check the text, and by it each file.
 */
public record FolderListing(List<Item> items) {
    /** Longest text that is accepted, bytes. */
    public static final int TEXT_MAX = 32 << 20;

    /** A file, or a folder: that ends with a slash and has no bytes. Names are relative, with slashes between their parts. */
    public record Item(String name, String sha256, long bytes) {
        private static final String NO_BYTES = ContentDigests.of("");

        static Item folder(String name) {
            return new Item(name + "/", NO_BYTES, 0);
        }

        public boolean isFolder() {
            return name.endsWith("/");
        }
    }

    public FolderListing {
        items = items.stream().sorted(Comparator.comparing(Item::name)).toList();
    }

    public String digest() {
        return ContentDigests.of(text());
    }

    public long bytes() {
        return items.stream().mapToLong(Item::bytes).sum();
    }

    public String text() {
        StringBuilder text = new StringBuilder();
        for (Item item : items) {
            text.append(item.sha256()).append(' ').append(item.bytes()).append(' ').append(item.name()).append('\n');
        }
        return text.toString();
    }

    /** @throws IOException for a text that no folder has, or whose names lead out of it */
    public static FolderListing parse(String text) throws IOException {
        List<Item> items = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] parts = line.split(" ", 3);
            if (parts.length < 3 || !ContentDigests.isOne(parts[0]) || !parts[1].matches("[0-9]{1,18}") || !isInside(parts[2])) {
                throw new IOException("no line of a folder's listing: \"" + line + '"');
            }
            items.add(new Item(parts[2], parts[0], Long.parseLong(parts[1])));
        }
        FolderListing listing = new FolderListing(items);
        if (!listing.text().equals(text)) {
            throw new IOException("the listing of a folder is not in the order of its names");
        }
        return listing;
    }

    /** True for a name that stays in its folder. */
    public static boolean isInside(String name) {
        for (String part : (name.endsWith("/") ? name.substring(0, name.length() - 1) : name).split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0) {
                return false;
            }
        }
        return true;
    }
}
