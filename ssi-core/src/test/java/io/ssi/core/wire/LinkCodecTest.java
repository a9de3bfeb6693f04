package io.ssi.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LinkCodecTest {
    private final Random random = new Random(42);

    private static List<Class<?>> messages(Class<?> root) {
        List<Class<?>> all = new ArrayList<>();
        for (Class<?> type : root.getPermittedSubclasses()) {
            all.addAll(type.isSealed() ? messages(type) : List.of(type));
        }
        return all;
    }

    @Test
    void everyMessageComesBackAsItWas() throws Exception {
        Set<Integer> numbers = new HashSet<>();
        for (Class<?> type : messages(LinkMessage.class)) {
            for (int round = 0; round < 20; round++) {
                LinkMessage message = (LinkMessage) sample(type);
                byte[] frame = LinkCodec.encode(message);
                assertThat(read(frame)).usingRecursiveComparison().isEqualTo(message);
                if (round == 0) {
                    assertThat(numbers.add((frame[4] & 0xff) << 8 | frame[5] & 0xff)).as("number of " + type).isTrue();
                }
            }
        }
    }

    @Test
    void theBytesOfAHelloNeverChange() {
        LinkMessage hello = new LinkMessage.Hello(1, LinkMessage.Role.LANDING, 7, 8, 9, "b", "c", List.of("a"), "u", "w", 10, 11, 12, 13,
                new byte[] {1, 2});
        assertThat(LinkCodec.encode(hello)).asHexString().isEqualTo("00000056" + "0001" + "00000001" + "01" + "0000000000000007"
                + "0000000000000008" + "00000009" + "0000000162" + "0000000163" + "000000010000000161" + "0000000175" + "0000000177"
                + "000000000000000A" + "0000000B" + "0000000C" + "000000000000000D" + "000000020102");
    }

    @Test
    void anEndBetweenFramesIsNullAndInsideAFrameAnError() throws Exception {
        assertThat(read(new byte[0])).isNull();
        byte[] frame = LinkCodec.encode(new LinkMessage.Report(1, 2));
        for (int length = 1; length < frame.length; length++) {
            byte[] part = Arrays.copyOf(frame, length);
            assertThatThrownBy(() -> read(part)).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void aFrameOverTheLimitIsRefusedOnBothSides() {
        LinkMessage message = new LinkMessage.ImageChunk(1, new byte[LinkMessage.FRAME_MAX]);
        assertThatThrownBy(() -> LinkCodec.encode(message)).isInstanceOfSatisfying(SsiException.class, e ->
                assertThat(e.code()).isEqualTo(ErrorCode.LIMIT));
        assertThatThrownBy(() -> read(new byte[] {0x7f, 0, 0, 0, 0, 0})).isInstanceOfSatisfying(SsiException.class, e ->
                assertThat(e.code()).isEqualTo(ErrorCode.BAD_FRAME));
        int room = LinkMessage.FRAME_MAX - 2 - 8 - 4;
        assertThat(LinkCodec.encode(new LinkMessage.ImageChunk(1, new byte[room]))).hasSize(LinkMessage.FRAME_MAX + 4);
    }

    @Test
    void changedBytesGiveAMessageOrABadFrameAndNothingElse() throws Exception {
        Class<?>[] types = messages(LinkMessage.class).toArray(Class<?>[]::new);
        for (int round = 0; round < 20_000; round++) {
            byte[] frame = LinkCodec.encode((LinkMessage) sample(types[random.nextInt(types.length)]));
            byte[] body = Arrays.copyOfRange(frame, 4, frame.length - random.nextInt(2));
            for (int change = random.nextInt(4); change > 0 && body.length > 0; change--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(LinkCodec.decode(body)).isNotNull();
            } catch (SsiException refused) {
                assertThat(refused.code()).isEqualTo(ErrorCode.BAD_FRAME);
            }
        }
    }

    @Test
    void aMessageIsWrittenByOneCall() throws Exception {
        List<Integer> calls = new ArrayList<>();
        LinkCodec.write(new ByteArrayOutputStream() {
            @Override
            public synchronized void write(byte[] bytes, int offset, int length) {
                calls.add(length);
            }
        }, new LinkMessage.Exiting(3));
        assertThat(calls).containsExactly(10);
    }

    private static LinkMessage read(byte[] bytes) throws IOException {
        return LinkCodec.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    private Object sample(Class<?> type) throws Exception {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = value(types[i], components[i].getGenericType().getTypeName());
        }
        var constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return constructor.newInstance(values);
    }

    private Object value(Class<?> type, String generic) throws Exception {
        if (type == int.class) {
            return random.nextInt();
        } else if (type == boolean.class) {
            return random.nextBoolean();
        } else if (type == long.class) {
            return random.nextLong();
        } else if (type == String.class) {
            return text();
        } else if (type == byte[].class) {
            byte[] bytes = new byte[random.nextInt(600)];
            random.nextBytes(bytes);
            return bytes;
        } else if (type == LinkMessage.Role.class) {
            return LinkMessage.Role.values()[random.nextInt(4)];
        }
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(generic.contains("PathEntry") ? sample(LinkMessage.PathEntry.class) : text());
        }
        return list;
    }

    private String text() {
        return random.nextBoolean() ? "" : "grüße \u20ac " + random.nextInt();
    }
}
