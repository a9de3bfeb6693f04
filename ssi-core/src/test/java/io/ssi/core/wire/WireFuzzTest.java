package io.ssi.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.Fuzz;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What comes over the Unix socket, and over the streams of moves: frames, one after the other. */
@Timeout(600)
class WireFuzzTest {
    @Test
    void records() {
        List<LinkMessage> messages = List.of(
                new LinkMessage.Hello(1, LinkMessage.Role.LANDING, 7, 8, 9, "b", "c", List.of("a", "b"), "u", "w", 10, 11, 12, 13, new byte[] {1, 2}),
                new LinkMessage.Prepared(7, "25.0.3", List.of("-Xmx64m"), List.of(new LinkMessage.PathEntry("/a.jar", "a.jar", false, "00", 5)), "/",
                        List.of("A=b"), "x", 1, 2, List.of("Main", "Other")),
                new LinkMessage.ImageChunk(7, new byte[100]), new LinkMessage.Cannot(7, 3, List.of("an open file", "a socket")),
                new LinkMessage.Stdio(1000001, 1, 5, new byte[] {65}), new LinkMessage.BecomeLanding(List.of("java"), List.of("A=b"), "/"),
                new LinkMessage.AdminRequest("migrate", List.of("1000001", "2")), new LinkMessage.Welcome(1, 2, "n", 3, new byte[9], "kept"));
        List<byte[]> samples = Stream.concat(messages.stream().map(LinkCodec::encode), Stream.of(two(messages))).toList();
        Fuzz.run(samples, e -> e instanceof SsiException refused && refused.code() == ErrorCode.BAD_FRAME || e instanceof EOFException, input -> {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(input));
            for (LinkMessage message = LinkCodec.read(in); message != null; message = LinkCodec.read(in)) {
                assertThat(LinkCodec.decode(body(LinkCodec.encode(message)))).hasSameClassAs(message);
            }
        });
    }

    private static byte[] body(byte[] frame) {
        return java.util.Arrays.copyOfRange(frame, 4, frame.length);
    }

    private static byte[] two(List<LinkMessage> messages) {
        byte[] one = LinkCodec.encode(messages.get(3));
        byte[] other = LinkCodec.encode(messages.get(5));
        byte[] both = java.util.Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
