package io.ssi.agent;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Files of a jar that lies inside another, neither of them compressed: the JVM reads the list of a jar on its class path at
 * every start, so the outer one has few. The file stays open, so that replacing it does not disturb programs that run. Thread-safe.
 */
final class InnerJar {
    private static final int END_BYTES = 22;
    private static final int LOCAL_BYTES = 30;
    private static final int ENTRY_BYTES = 46;
    private static final int ENTRY_SIGNATURE = 0x02014b50;

    private final String path;
    /** Guarded by itself: position and read are one step. */
    private final RandomAccessFile file;
    /** By name: where its header is, and in the lower half its length. */
    private final Map<String, Long> entries;

    InnerJar(String path, String inner) throws IOException {
        this.path = path;
        this.file = new RandomAccessFile(path, "r");
        Long whole = list(0, file.length()).get(inner);
        if (whole == null) {
            throw new IOException(path + " has no " + inner);
        }
        long length = whole & 0xffffffffL;
        this.entries = list(contents(whole >>> 32), length);
    }

    /** Null if there is none of that name. */
    byte[] read(String name) throws IOException {
        Long entry = entries.get(name);
        return entry == null ? null : bytes(contents(entry >>> 32), (int) (long) entry);
    }

    /** The list at the end of the jar that begins here. */
    private Map<String, Long> list(long start, long length) throws IOException {
        byte[] end = bytes(start + length - END_BYTES, END_BYTES);
        int count = u2(end, 10);
        byte[] list = bytes(start + u4(end, 16), u4(end, 12));
        Map<String, Long> found = new HashMap<String, Long>(2 * count);
        int at = 0;
        for (int i = 0; i < count; i++) {
            int size = u4(list, at + 20);
            if (u4(list, at) != ENTRY_SIGNATURE || size != u4(list, at + 24)) {
                throw new IOException(path + " is no uncompressed jar: entry " + i + " of " + count);
            }
            int nameLength = u2(list, at + 28);
            found.put(new String(list, at + ENTRY_BYTES, nameLength, StandardCharsets.ISO_8859_1), start + u4(list, at + 42) << 32 | size);
            at += ENTRY_BYTES + nameLength + u2(list, at + 30) + u2(list, at + 32);
        }
        return found;
    }

    private long contents(long header) throws IOException {
        byte[] local = bytes(header, LOCAL_BYTES);
        return header + LOCAL_BYTES + u2(local, 26) + u2(local, 28);
    }

    private byte[] bytes(long position, int length) throws IOException {
        byte[] bytes = new byte[length];
        synchronized (file) {
            file.seek(position);
            file.readFully(bytes);
        }
        return bytes;
    }

    private static int u2(byte[] bytes, int at) {
        return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8;
    }

    private static int u4(byte[] bytes, int at) {
        return u2(bytes, at) | u2(bytes, at + 2) << 16;
    }
}
