package io.ssi.agent.link;

import io.ssi.core.wire.LinkCodec;
import io.ssi.core.wire.LinkMessage;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** One connection to the daemon. Any number of writers, one reader. */
public final class DaemonSocket {
    private static final int READ_BYTES = 64 << 10;

    private final SocketChannel channel;
    private final DataInputStream in;
    private final Object writeLock = new Object();

    private DaemonSocket(SocketChannel channel) {
        this.channel = channel;
        this.in = new DataInputStream(new ChannelInput(channel));
    }

    /** @throws IOException if nobody listens there */
    public static DaemonSocket connect(String path) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            return new DaemonSocket(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Blocks while the daemon is slow. An interrupt of the caller is kept for later: it must not close the channel. */
    public void send(LinkMessage message) throws IOException {
        ByteBuffer frame = ByteBuffer.wrap(LinkCodec.encode(message));
        boolean interrupted = Thread.interrupted();
        try {
            synchronized (writeLock) {
                while (frame.hasRemaining()) {
                    channel.write(frame);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The next message; null at the end. */
    public LinkMessage read() throws IOException {
        return LinkCodec.read(in);
    }

    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Closed is closed.
        }
    }

    private static final class ChannelInput extends InputStream {
        private final SocketChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES).limit(0);

        ChannelInput(SocketChannel channel) {
            this.channel = channel;
        }

        private boolean fill() throws IOException {
            if (!buffer.hasRemaining()) {
                buffer.clear();
                int n = channel.read(buffer);
                buffer.flip();
                return n > 0;
            }
            return true;
        }

        @Override
        public int read() throws IOException {
            return fill() ? buffer.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (!fill()) {
                return -1;
            }
            int n = Math.min(length, buffer.remaining());
            buffer.get(to, offset, n);
            return n;
        }
    }
}
