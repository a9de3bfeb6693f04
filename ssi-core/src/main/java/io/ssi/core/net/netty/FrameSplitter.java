package io.ssi.core.net.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.ssi.core.net.link.BadFrameException;
import io.ssi.core.net.link.Frame;
import io.ssi.core.net.link.FrameCodec;
import java.util.List;

/** Cuts the decrypted bytes of a connection into frames. The length is checked before anything is kept for it. */
final class FrameSplitter extends ByteToMessageDecoder {
    private int bytesMax = Frame.HELLO_BYTES_MAX;
    private boolean failed;

    /** The peer said hello: longer frames may come. */
    void greeted() {
        bytesMax = Frame.BYTES_MAX;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (failed) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (in.readableBytes() < Integer.BYTES) {
            return;
        }
        int length = in.getInt(in.readerIndex());
        if (length < 1 || length > bytesMax) {
            failed = true;
            throw new BadFrameException("frame length " + length + " is not in 1.." + bytesMax);
        }
        if (in.readableBytes() < Integer.BYTES + length) {
            return;
        }
        in.skipBytes(Integer.BYTES);
        try {
            out.add(FrameCodec.parse(in.nioBuffer(in.readerIndex(), length)));
        } catch (BadFrameException e) {
            failed = true;
            throw e;
        }
        in.skipBytes(length);
    }
}
