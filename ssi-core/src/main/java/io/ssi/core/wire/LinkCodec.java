package io.ssi.core.wire;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Frames on the Unix socket: {@code int length} (of what follows), {@code short type}, fields. Stateless; it loads no method
 * handles and no lambdas, because it runs while applications start.
 */
public final class LinkCodec {
    private static final int SMALL = 256;
    private static final int TYPE_BYTES = 2;
    /** Type, migration and length before the bytes of an image. */
    private static final int CHUNK_HEAD = TYPE_BYTES + Long.BYTES + Integer.BYTES;

    private LinkCodec() {}

    /**
     * Writes one frame by a single call of {@code out}, without flushing. Callers that share a stream lock around it.
     *
     * @throws SsiException LIMIT when the frame would be longer than {@link LinkMessage#FRAME_MAX}; nothing was written then
     */
    public static void write(OutputStream out, LinkMessage message) throws IOException {
        LinkOutput frame = frame(message);
        out.write(frame.bytes(), 0, frame.size());
    }

    /** The whole frame as bytes; for writers that queue. */
    public static byte[] encode(LinkMessage message) {
        LinkOutput frame = frame(message);
        return frame.size() == frame.bytes().length ? frame.bytes() : Arrays.copyOf(frame.bytes(), frame.size());
    }

    /**
     * Reads one frame, blocking until it is complete.
     *
     * @return null when the stream ended between two frames
     * @throws SsiException BAD_FRAME when the bytes are no message; the connection is of no use any more
     * @throws EOFException when the stream ended inside a frame
     */
    public static LinkMessage read(DataInputStream in) throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        int length = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedByte() << 8 | in.readUnsignedByte();
        if (length < TYPE_BYTES || length > LinkMessage.FRAME_MAX) {
            throw new SsiException(ErrorCode.BAD_FRAME,
                    "a frame announces " + length + " bytes; allowed are " + TYPE_BYTES + " to " + LinkMessage.FRAME_MAX);
        }
        byte[] body = new byte[Math.min(length, CHUNK_HEAD)];
        in.readFully(body);
        return length > CHUNK_HEAD ? large(body, in, length) : decode(body);
    }

    /** By far the most that goes over a link are images: their bytes are read to where they stay. */
    private static LinkMessage large(byte[] head, DataInputStream in, int length) throws IOException {
        LinkInput fields = new LinkInput(head);
        int rest = length - CHUNK_HEAD;
        if (fields.getShort() == LinkType.IMAGE_CHUNK) {
            long migration = fields.getLong();
            if (fields.getInt() == rest) {
                byte[] image = new byte[rest];
                in.readFully(image);
                return new LinkMessage.ImageChunk(migration, image);
            }
        }
        byte[] body = Arrays.copyOf(head, length);
        in.readFully(body, CHUNK_HEAD, rest);
        return decode(body);
    }

    /** The message of a frame whose length was already read and checked. */
    public static LinkMessage decode(byte[] body) {
        LinkInput in = new LinkInput(body);
        int type = in.getShort();
        LinkMessage message = LinkReader.read(type, in);
        if (in.left() != 0) {
            throw new SsiException(ErrorCode.BAD_FRAME, "a frame of message " + type + " has " + in.left() + " bytes too many");
        }
        return message;
    }

    private static LinkOutput frame(LinkMessage message) {
        LinkOutput out = new LinkOutput(SMALL);
        out.putInt(0);
        LinkWriter.write(out, message);
        int length = out.size() - Integer.BYTES;
        if (length > LinkMessage.FRAME_MAX) {
            throw tooLong(length);
        }
        out.setInt(0, length);
        return out;
    }

    static SsiException tooLong(long bytes) {
        return new SsiException(ErrorCode.LIMIT,
                "a message of " + bytes + " bytes is longer than the frame limit of " + LinkMessage.FRAME_MAX + "; split it");
    }
}
