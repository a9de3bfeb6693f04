package io.ssi.migrate.client;

import io.ssi.core.Fuzz;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import jdk.internal.misc.Unsafe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The layer of the image that checks what came: whatever was done to it, what it gives out is what was sent, or an IOException. */
@Timeout(600)
class ImageFuzzTest {
    private static final int PART = 1000;

    @Test
    void chunks() throws IOException {
        byte[] content = new byte[8 * PART];
        new Random(1).nextBytes(content);
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        ImageOutput out = new ImageOutput(sent::writeBytes);
        List<Integer> ends = new ArrayList<>();
        for (int at = 0; at < content.length; at += PART) {
            out.raw(content, Unsafe.ARRAY_BYTE_BASE_OFFSET + at, PART);
            out.flush();
            ends.add(sent.size());
        }
        Fuzz.run(List.of(sent.toByteArray()), e -> e instanceof IOException, input -> {
            List<byte[]> chunks = cut(input, ends.getFirst());
            ImageInput in = new ImageInput(() -> chunks.isEmpty() ? null : chunks.removeFirst());
            for (byte expected : content) {
                if ((byte) in.u1() != expected) {
                    throw new AssertionError("a byte that was not sent");
                }
            }
            in.end();
        });
    }

    private static List<byte[]> cut(byte[] input, int length) {
        List<byte[]> chunks = new ArrayList<>();
        for (int at = 0; at < input.length; at += length) {
            chunks.add(Arrays.copyOfRange(input, at, Math.min(input.length, at + length)));
        }
        return chunks;
    }
}
