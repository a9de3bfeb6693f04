package io.ssi.core.net.link;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Bytes of a frame, without sockets. Stateless. */
public final class FrameCodec {
    /** Longest text in a frame, bytes of UTF-8; longer ones are cut when written. */
    static final int TEXT_MAX = 2048;

    private static final int FIELDS_MAX = 64 + TEXT_MAX;

    private FrameCodec() {}

    /** Length field, type and fields; the frame's {@link Frame#payload} follows as it is. */
    public static byte[] head(Frame frame) {
        ByteBuffer out = ByteBuffer.allocate(needsText(frame) ? FIELDS_MAX : 32);
        out.putInt(0);
        switch (frame) {
            case Frame.Hello f -> {
                out.put((byte) 1).putInt(f.protocol()).put((byte) f.kind().ordinal()).putLong(f.registry());
                out.putLong(f.instance().getMostSignificantBits()).putLong(f.instance().getLeastSignificantBits());
                out.putShort((short) f.node());
                putText(out, f.host());
                out.putInt(f.port());
            }
            case Frame.Confirm _ -> out.put((byte) 2);
            case Frame.Bye f -> putText(out.put((byte) 3).putShort((short) f.code()), f.reason());
            case Frame.Ping f -> out.put((byte) 4).putLong(f.token());
            case Frame.Pong f -> out.put((byte) 5).putLong(f.token());
            case Frame.Request f -> out.put((byte) 6).putLong(f.id()).put((byte) (f.nested() ? 1 : 0)).putInt(f.deadlineMillis());
            case Frame.Answer f -> out.put((byte) 7).putLong(f.id());
            case Frame.Failure f -> putText(out.put((byte) 8).putLong(f.id()).putShort((short) f.code()), f.message());
            case Frame.OneWay _ -> out.put((byte) 9);
            case Frame.Open f -> out.put((byte) 10).putLong(f.stream());
            case Frame.Data f -> out.put((byte) 11).putLong(f.stream());
            case Frame.Credit f -> out.put((byte) 12).putLong(f.stream()).putInt(f.bytes());
            case Frame.End f -> out.put((byte) 13).putLong(f.stream());
            case Frame.Stop f -> out.put((byte) 14).putLong(f.stream());
            case Frame.Reset f -> putText(out.put((byte) 15).putLong(f.stream()), f.reason());
        }
        out.putInt(0, out.position() - Integer.BYTES + frame.payload().length);
        byte[] head = new byte[out.position()];
        out.flip().get(head);
        return head;
    }

    /** Bytes on the link, the length field included. */
    public static int size(Frame frame) {
        return 32 + frame.payload().length;
    }

    private static boolean needsText(Frame frame) {
        return frame instanceof Frame.Hello || frame instanceof Frame.Bye || frame instanceof Frame.Failure || frame instanceof Frame.Reset;
    }

    /** One frame from the bytes after the length field; all of them must be used. Throws nothing but {@link BadFrameException}. */
    public static Frame parse(ByteBuffer in) {
        int length = in.remaining();
        try {
            int type = in.get();
            Frame frame = parse(type, in);
            if (in.hasRemaining()) {
                throw new BadFrameException("frame of type " + type + " and " + length + " bytes has " + in.remaining() + " bytes too many");
            }
            return frame;
        } catch (BufferUnderflowException e) {
            throw new BadFrameException("frame of " + length + " bytes ends in the middle of a field", e);
        }
    }

    private static Frame parse(int type, ByteBuffer in) {
        return switch (type) {
            case 1 -> new Frame.Hello(in.getInt(), kind(in.get()), in.getLong(), new UUID(in.getLong(), in.getLong()),
                    Short.toUnsignedInt(in.getShort()), text(in), in.getInt());
            case 2 -> new Frame.Confirm();
            case 3 -> new Frame.Bye(in.getShort(), text(in));
            case 4 -> new Frame.Ping(in.getLong());
            case 5 -> new Frame.Pong(in.getLong());
            case 6 -> new Frame.Request(in.getLong(), flag(in.get()), in.getInt(), rest(in));
            case 7 -> new Frame.Answer(in.getLong(), rest(in));
            case 8 -> new Frame.Failure(in.getLong(), in.getShort(), text(in));
            case 9 -> new Frame.OneWay(rest(in));
            case 10 -> new Frame.Open(in.getLong(), rest(in));
            case 11 -> new Frame.Data(in.getLong(), rest(in));
            case 12 -> new Frame.Credit(in.getLong(), in.getInt());
            case 13 -> new Frame.End(in.getLong());
            case 14 -> new Frame.Stop(in.getLong());
            case 15 -> new Frame.Reset(in.getLong(), text(in));
            default -> throw new BadFrameException("frame type " + type + " is not known in protocol " + Frame.PROTOCOL);
        };
    }

    private static Frame.Kind kind(byte value) {
        return switch (value) {
            case 0 -> Frame.Kind.LINK;
            case 1 -> Frame.Kind.CALL;
            default -> throw new BadFrameException("connection kind " + value + " is not known");
        };
    }

    private static boolean flag(byte value) {
        if (value != 0 && value != 1) {
            throw new BadFrameException("flag is " + value + ", not 0 or 1");
        }
        return value == 1;
    }

    private static byte[] rest(ByteBuffer in) {
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return bytes;
    }

    private static void putText(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, TEXT_MAX);
        out.putShort((short) length).put(bytes, 0, length);
    }

    private static String text(ByteBuffer in) {
        int length = in.getShort();
        if (length < 0 || length > TEXT_MAX) {
            throw new BadFrameException("text length " + length + " is not in 0.." + TEXT_MAX);
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
