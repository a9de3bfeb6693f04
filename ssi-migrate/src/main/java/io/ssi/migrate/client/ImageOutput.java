package io.ssi.migrate.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import jdk.internal.misc.Unsafe;

/**
 * Buffers an image and hands it on in chunks of at most {@value #CHUNK} bytes, each followed by the checksum of all bytes so far:
 * a damaged, lost or repeated chunk is noticed before a byte of it is believed. Little endian, as the reader.
 */
final class ImageOutput {
    static final int CHUNK = 256 << 10;
    /** Behind each chunk: CRC-32C of the image up to there. */
    static final int CHECK_BYTES = 4;
    private static final Unsafe U = Unsafe.getUnsafe();
    private static final long BASE = Unsafe.ARRAY_BYTE_BASE_OFFSET;
    private static final int LONGEST_ITEM = 16;

    /** Takes a chunk; may block while the other side is slow. */
    interface Sink {
        void accept(byte[] chunk) throws IOException;
    }

    private final Sink sink;
    private final CRC32C crc = new CRC32C();
    private final byte[] buffer = new byte[CHUNK];
    private int position;
    private long written;

    ImageOutput(Sink sink) {
        this.sink = sink;
    }

    private void room(int bytes) throws IOException {
        if (buffer.length - position < bytes) {
            flush();
        }
    }

    void flush() throws IOException {
        if (position > 0) {
            crc.update(buffer, 0, position);
            byte[] chunk = Arrays.copyOf(buffer, position + CHECK_BYTES);
            U.putIntUnaligned(chunk, BASE + position, (int) crc.getValue(), false);
            sink.accept(chunk);
            written += position;
            position = 0;
        }
    }

    long written() {
        return written + position;
    }

    /** Of all flushed bytes. */
    long crc() {
        return crc.getValue();
    }

    void u1(int value) throws IOException {
        room(1);
        buffer[position++] = (byte) value;
    }

    void u2(int value) throws IOException {
        room(2);
        U.putShortUnaligned(buffer, BASE + position, (short) value, false);
        position += 2;
    }

    void u4(int value) throws IOException {
        room(4);
        U.putIntUnaligned(buffer, BASE + position, value, false);
        position += 4;
    }

    void u8(long value) throws IOException {
        room(8);
        U.putLongUnaligned(buffer, BASE + position, value, false);
        position += 8;
    }

    /** Unsigned LEB128, 1 to 5 bytes. */
    void varint(int value) throws IOException {
        room(LONGEST_ITEM);
        int v = value;
        while ((v & ~0x7F) != 0) {
            buffer[position++] = (byte) (v | 0x80);
            v >>>= 7;
        }
        buffer[position++] = (byte) v;
    }

    void string(String value) throws IOException {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        varint(bytes.length);
        raw(bytes, BASE, bytes.length);
    }

    /** Copies the memory of an array of primitives (or any object) from an Unsafe offset. */
    void raw(Object from, long offset, long bytes) throws IOException {
        long done = 0;
        while (done < bytes) {
            room(1);
            int n = (int) Math.min(bytes - done, buffer.length - position);
            U.copyMemory(from, offset + done, buffer, BASE + position, n);
            position += n;
            done += n;
        }
    }
}
