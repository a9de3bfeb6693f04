package io.ssi.core.wire;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The body of one received frame. Every count is checked against the bytes that are left before memory is taken for it. */
final class LinkInput {
    private final byte[] bytes;
    private int at;

    LinkInput(byte[] bytes) {
        this.bytes = bytes;
    }

    int left() {
        return bytes.length - at;
    }

    int getByte() {
        need(1);
        return bytes[at++] & 0xff;
    }

    int getShort() {
        return getByte() << 8 | getByte();
    }

    int getInt() {
        need(4);
        int value = bytes[at] << 24 | (bytes[at + 1] & 0xff) << 16 | (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
        at += 4;
        return value;
    }

    long getLong() {
        return (long) getInt() << 32 | getInt() & 0xffffffffL;
    }

    byte[] getBytes() {
        int length = count(1);
        byte[] value = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return value;
    }

    String getString() {
        int length = count(1);
        String value = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return value;
    }

    List<String> getStrings() {
        int count = count(4);
        List<String> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(getString());
        }
        return values;
    }

    /** A count of elements that take at least so many bytes each. */
    int count(int bytesEach) {
        int count = getInt();
        if (count < 0 || (long) count * bytesEach > left()) {
            throw new SsiException(ErrorCode.BAD_FRAME, "a frame announces " + count + " elements but has " + left() + " bytes left");
        }
        return count;
    }

    private void need(int count) {
        if (left() < count) {
            throw new SsiException(ErrorCode.BAD_FRAME, "a frame of " + bytes.length + " bytes ends in the middle of a field");
        }
    }
}
