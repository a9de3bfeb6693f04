package io.ssi.migrate.node;

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

    void cut(String cause) {
        stream.reset(cause);
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
