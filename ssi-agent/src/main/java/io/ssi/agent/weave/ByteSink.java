package io.ssi.agent.weave;

import java.util.Arrays;

/** Bytes of a class file as they are written. */
final class ByteSink {
    private byte[] bytes;
    private int size;

    ByteSink(int capacity) {
        bytes = new byte[capacity];
    }

    int size() {
        return size;
    }

    ByteSink u1(int value) {
        room(1);
        bytes[size++] = (byte) value;
        return this;
    }

    ByteSink u2(int value) {
        room(2);
        bytes[size++] = (byte) (value >> 8);
        bytes[size++] = (byte) value;
        return this;
    }

    ByteSink u4(int value) {
        return u2(value >>> 16).u2(value);
    }

    ByteSink put(byte[] from, int start, int end) {
        room(end - start);
        System.arraycopy(from, start, bytes, size, end - start);
        size += end - start;
        return this;
    }

    ByteSink put(byte[] all) {
        return put(all, 0, all.length);
    }

    ByteSink put(ByteSink all) {
        return put(all.bytes, 0, all.size);
    }

    /** Overwrites four bytes written before. */
    void set4(int at, int value) {
        for (int i = 0; i < 4; i++) {
            bytes[at + i] = (byte) (value >> 24 - 8 * i);
        }
    }

    /** Overwrites two bytes written before. */
    void set2(int at, int value) {
        bytes[at] = (byte) (value >> 8);
        bytes[at + 1] = (byte) value;
    }

    int get4(int at) {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 8 | bytes[at + i] & 0xff;
        }
        return value;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    private void room(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }
}
