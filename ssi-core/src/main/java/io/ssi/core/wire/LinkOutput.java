package io.ssi.core.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The body of one frame being written: big-endian numbers, strings as length and UTF-8. Not thread-safe. */
final class LinkOutput {
    private byte[] bytes;
    private int size;

    LinkOutput(int expected) {
        bytes = new byte[expected];
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    void setInt(int at, int value) {
        bytes[at] = (byte) (value >> 24);
        bytes[at + 1] = (byte) (value >> 16);
        bytes[at + 2] = (byte) (value >> 8);
        bytes[at + 3] = (byte) value;
    }

    void putByte(int value) {
        room(1);
        bytes[size++] = (byte) value;
    }

    void putShort(int value) {
        putByte(value >> 8);
        putByte(value);
    }

    void putInt(int value) {
        room(4);
        setInt(size, value);
        size += 4;
    }

    void putLong(long value) {
        putInt((int) (value >> 32));
        putInt((int) value);
    }

    void putBytes(byte[] value) {
        putInt(value.length);
        room(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
    }

    void putString(String value) {
        putBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    void putStrings(List<String> values) {
        putInt(values.size());
        for (int i = 0; i < values.size(); i++) {
            putString(values.get(i));
        }
    }

    /** Refuses early, so that a message far over the limit is not first copied in memory. */
    private void room(int more) {
        if (more > LinkMessage.FRAME_MAX - size + 4) {
            throw LinkCodec.tooLong((long) size + more);
        }
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
