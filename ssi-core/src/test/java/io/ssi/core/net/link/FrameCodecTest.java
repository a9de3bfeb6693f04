package io.ssi.core.net.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class FrameCodecTest {
    private static final byte[] PAYLOAD = {1, 2, 3};

    @Example
    void roundTrip() {
        List<Frame> frames = List.of(new Frame.Hello(1, Frame.Kind.CALL, 42, new UUID(1, 2), 2147, "10.0.0.1", 7700), new Frame.Confirm(),
                new Frame.Bye(12, "why"), new Frame.Ping(-1), new Frame.Pong(Long.MAX_VALUE), new Frame.Request(7, true, 1000, PAYLOAD),
                new Frame.Answer(7, PAYLOAD), new Frame.Failure(7, 13, "näh"), new Frame.OneWay(PAYLOAD), new Frame.Open(1, PAYLOAD),
                new Frame.Data(1, PAYLOAD), new Frame.Credit(1, 5), new Frame.End(1), new Frame.Stop(1), new Frame.Reset(1, "x".repeat(100)));
        for (Frame frame : frames) {
            assertThat(FrameCodec.parse(bytes(frame))).usingRecursiveComparison().isEqualTo(frame);
        }
    }

    @Example
    void overlongTextIsCut() {
        Frame.Bye bye = (Frame.Bye) FrameCodec.parse(bytes(new Frame.Bye(1, "y".repeat(10_000))));
        assertThat(bye.reason()).hasSize(FrameCodec.TEXT_MAX);
    }

    @Example
    void bytesLeftOverAreAnError() {
        assertThatThrownBy(() -> FrameCodec.parse(ByteBuffer.wrap(new byte[] {2, 0}))).isInstanceOf(BadFrameException.class)
                .hasMessageContaining("1 bytes too many");
    }

    @Property(tries = 5000)
    void garbageNeverThrowsAnythingElse(@ForAll @IntRange(min = 0, max = 17) int type, @ForAll @Size(max = 80) byte[] rest) {
        ByteBuffer frame = ByteBuffer.allocate(rest.length + 1).put((byte) type).put(rest).flip();
        Throwable thrown = catchThrowable(() -> FrameCodec.parse(frame));
        assertThat(thrown == null || thrown instanceof BadFrameException).as("%s", thrown).isTrue();
    }

    private static ByteBuffer bytes(Frame frame) {
        byte[] head = FrameCodec.head(frame);
        ByteBuffer all = ByteBuffer.allocate(head.length + frame.payload().length).put(head).put(frame.payload()).flip();
        assertThat(all.getInt()).isEqualTo(all.remaining());
        return all.slice();
    }
}
