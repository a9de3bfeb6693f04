package io.ssi.migrate.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.net.ByteStream;
import io.ssi.core.wire.LinkCodec;
import io.ssi.core.wire.LinkMessage;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Link messages over a byte stream between two daemons. One reader, one writer at a time. */
final class Frames implements AutoCloseable {
    private static final int BUFFER = 64 << 10;

    private final ByteStream stream;
    private final DataInputStream in;
    private final OutputStream out;

    Frames(ByteStream stream) {
        this.stream = stream;
        this.in = new DataInputStream(new BufferedInputStream(stream.input(), BUFFER));
        this.out = new BufferedOutputStream(stream.output(), BUFFER);
    }

    synchronized void send(LinkMessage message) throws IOException {
        LinkCodec.write(out, message);
        out.flush();
    }

    /** The next message; IOException when the stream ended or broke. */
    LinkMessage next() throws IOException {
        LinkMessage message = LinkCodec.read(in);
        if (message == null) {
            throw new IOException("the other node closed the stream");
        }
        return message;
    }

    /** The next message, which must be of this type; a Cannot becomes the exception it stands for. */
    <M extends LinkMessage> M next(Class<M> type) throws IOException {
        return expect(next(), type);
    }

    static <M extends LinkMessage> M expect(LinkMessage message, Class<M> type) {
        if (message instanceof LinkMessage.Cannot cannot) {
            throw new SsiException(ErrorCode.of(cannot.code()), String.join("\n", cannot.reasons()));
        }
        if (!type.isInstance(message)) {
            throw new SsiException(ErrorCode.BAD_FRAME, "expected " + type.getSimpleName() + ", got " + message.getClass().getSimpleName());
        }
        return type.cast(message);
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            stream.reset(e.toString());
        }
    }
}
