package io.ssi.migrate.client;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import jdk.internal.misc.Unsafe;

/** Reads what {@link ImageOutput} wrote, chunk by chunk; no byte is used before its chunk is known to be whole and in its place. */
final class ImageInput {
    private static final Unsafe U = Unsafe.getUnsafe();
    private static final long BASE = Unsafe.ARRAY_BYTE_BASE_OFFSET;

    /** The next chunk; null at the end. Blocks. */
    interface Source {
        byte[] next() throws IOException;
    }

    private final Source source;
    private final CRC32C crc = new CRC32C();
    private byte[] chunk = new byte[0];
    /** Where the chunk's checksum begins. */
    private int limit;
    private int position;
    private long chunks;

    ImageInput(Source source) {
        this.source = source;
    }

    private void refill() throws IOException {
        while (position == limit) {
            byte[] next = source.next();
            if (next == null) {
                throw new EOFException("the image ends in the middle");
            }
            check(next);
            chunk = next;
            limit = next.length - ImageOutput.CHECK_BYTES;
            position = 0;
        }
    }

    private void check(byte[] next) throws IOException {
        chunks++;
        int length = next.length - ImageOutput.CHECK_BYTES;
        if (length > 0) {
            crc.update(next, 0, length);
        }
        if (length <= 0 || U.getIntUnaligned(next, BASE + length, false) != (int) crc.getValue()) {
            throw new IOException("the image was damaged on its way: chunk " + chunks + " of it is not what was sent");
        }
    }

    /** Fails unless all was read; answers the checksum of the whole. */
    long end() throws IOException {
        if (position != limit || source.next() != null) {
            throw new IOException("the image goes on behind its end");
        }
        return crc.getValue();
    }

    int u1() throws IOException {
        refill();
        return chunk[position++] & 0xFF;
    }

    int u2() throws IOException {
        if (limit - position >= 2) {
            int v = U.getShortUnaligned(chunk, BASE + position, false) & 0xFFFF;
            position += 2;
            return v;
        }
        int low = u1();
        return low | u1() << 8;
    }

    int u4() throws IOException {
        if (limit - position >= 4) {
            int v = U.getIntUnaligned(chunk, BASE + position, false);
            position += 4;
            return v;
        }
        int low = u2();
        return low | u2() << 16;
    }

    long u8() throws IOException {
        long low = u4() & 0xFFFF_FFFFL;
        return low | (long) u4() << 32;
    }

    int varint() throws IOException {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int b = u1();
            value |= (b & 0x7F) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new IOException("a number in the image has more than 5 bytes");
    }

    /** A count that must not be negative or above the limit. */
    int count(int limit, String what) throws IOException {
        int n = varint();
        if (n < 0 || n > limit) {
            throw new IOException(what + " " + n + " in the image is above " + limit);
        }
        return n;
    }

    String string() throws IOException {
        byte[] bytes = new byte[count(1 << 20, "length of a string")];
        raw(bytes, BASE, bytes.length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    void raw(Object to, long offset, long bytes) throws IOException {
        long done = 0;
        while (done < bytes) {
            refill();
            int n = (int) Math.min(bytes - done, limit - position);
            U.copyMemory(chunk, BASE + position, to, offset + done, n);
            position += n;
            done += n;
        }
    }
}
