package io.ssi.core.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** One full-duplex byte stream over a link. Each direction has its own window: a slow reader stops only its own writer. */
public interface ByteStream extends AutoCloseable {
    /** Blocking. End of file after the peer closed its output; IOException when the link or the stream broke. */
    InputStream input();

    /** Blocking while the peer's window is full. Closing it ends the peer's input. */
    OutputStream output();

    /** Breaks the stream for both sides with a reason. */
    void reset(String reason);

    /** Ends both directions. Idempotent. */
    @Override
    void close() throws IOException;
}
