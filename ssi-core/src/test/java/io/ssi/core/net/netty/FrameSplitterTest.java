package io.ssi.core.net.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.ssi.core.net.link.BadFrameException;
import io.ssi.core.net.link.Frame;
import io.ssi.core.net.link.FrameCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class FrameSplitterTest {
    @Property(tries = 300)
    void framesComeOutWhateverWayTheBytesArrive(@ForAll long seed) {
        Random random = new Random(seed);
        FrameSplitter splitter = new FrameSplitter();
        splitter.greeted();
        EmbeddedChannel channel = new EmbeddedChannel(splitter);
        ByteBuf bytes = Unpooled.buffer();
        List<Long> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Frame frame = new Frame.Data(i, new byte[random.nextInt(3) == 0 ? random.nextInt(50_000) : random.nextInt(5)]);
            bytes.writeBytes(FrameCodec.head(frame)).writeBytes(frame.payload());
            sent.add((long) i);
        }
        while (bytes.isReadable()) {
            channel.writeInbound(bytes.readBytes(Math.min(bytes.readableBytes(), 1 + random.nextInt(20_000))));
        }
        List<Long> received = new ArrayList<>();
        for (Frame.Data frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
            received.add(frame.stream());
        }
        assertThat(received).isEqualTo(sent);
        channel.finishAndReleaseAll();
    }

    @Property(tries = 2000)
    void garbageThrowsTheProtocolErrorOnceAndNothingElse(@ForAll @Size(max = 100) byte[] garbage) {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameSplitter());
        Throwable thrown = catchThrowable(() -> channel.writeInbound(Unpooled.wrappedBuffer(garbage)));
        if (thrown != null) {
            assertThat(thrown).isInstanceOf(DecoderException.class).hasCauseInstanceOf(BadFrameException.class);
            assertThat(catchThrowable(() -> channel.writeInbound(Unpooled.wrappedBuffer(garbage)))).isNull();
        }
        channel.finishAndReleaseAll();
    }

    @Example
    void beforeTheHelloOnlyShortFramesMayCome() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameSplitter());
        ByteBuf length = Unpooled.buffer().writeInt(Frame.HELLO_BYTES_MAX + 1);
        assertThat(catchThrowable(() -> channel.writeInbound(length))).hasMessageContaining("frame length 4097 is not in 1..4096");
        channel.finishAndReleaseAll();
    }
}
