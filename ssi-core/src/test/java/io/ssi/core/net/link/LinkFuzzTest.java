package io.ssi.core.net.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.Fuzz;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.TestMessages;
import io.ssi.core.net.TestMessages.Color;
import io.ssi.core.net.TestMessages.Everything;
import io.ssi.core.net.TestMessages.Header;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one daemon sends another: frames of the link, and messages of Kryo inside them. */
@Timeout(600)
class LinkFuzzTest {
    private static final byte[] PAYLOAD = {1, 2, 3};

    @Test
    void frames() {
        List<Frame> frames = List.of(new Frame.Hello(1, Frame.Kind.CALL, 42, new UUID(1, 2), 2147, "10.0.0.1", 7700), new Frame.Confirm(),
                new Frame.Bye(12, "why"), new Frame.Ping(-1), new Frame.Pong(Long.MAX_VALUE), new Frame.Request(7, true, 1000, PAYLOAD),
                new Frame.Answer(7, PAYLOAD), new Frame.Failure(7, 13, "no"), new Frame.OneWay(PAYLOAD), new Frame.Open(1, PAYLOAD),
                new Frame.Data(1, PAYLOAD), new Frame.Credit(1, 5), new Frame.End(1), new Frame.Stop(1), new Frame.Reset(1, "x".repeat(100)));
        Fuzz.run(frames.stream().map(LinkFuzzTest::bytes).toList(), e -> e instanceof BadFrameException,
                input -> assertThat(FrameCodec.size(FrameCodec.parse(ByteBuffer.wrap(input)))).isPositive());
    }

    private static byte[] bytes(Frame frame) {
        byte[] head = FrameCodec.head(frame);
        return ByteBuffer.allocate(head.length - 4 + frame.payload().length).put(head, 4, head.length - 4).put(frame.payload()).array();
    }

    @Test
    void messages() {
        MessageCodec codec = new MessageCodec(TestMessages.registry());
        Everything everything = new Everything(new NodeId(3), new VPid(3000017), List.of("a", "b"), Map.of("x", 1), Optional.of(Color.GREEN),
                new byte[] {1, 2}, 5L, true, new Header("grüße"), Color.RED);
        Fuzz.run(List.of(codec.encode(everything), codec.encode(List.of(1, "2", 3L, List.of(4.0))), codec.encode(Map.of("k", new int[] {1, 2}))),
                e -> e instanceof BadFrameException, codec::decode);
    }
}
