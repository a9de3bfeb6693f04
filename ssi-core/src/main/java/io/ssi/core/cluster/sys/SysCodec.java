package io.ssi.core.cluster.sys;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** Commands and answers as bytes, for the log and the way to the leader. The type numbers are on disk: never reuse one. */
public final class SysCodec {
    private static final int BYTES_MAX = 1 << 20;

    private SysCodec() {}

    public static byte[] encode(SysCommand command) {
        return collect(out -> command(out, command));
    }

    public static byte[] encode(SysAnswer answer) {
        return collect(out -> answer(out, answer));
    }

    /** Throws BAD_FRAME for bytes that are no command. */
    public static SysCommand command(byte[] bytes) {
        return parse(bytes, SysCodec::command);
    }

    /** Throws BAD_FRAME for bytes that are no answer. */
    public static SysAnswer answer(byte[] bytes) {
        return parse(bytes, SysCodec::answer);
    }

    private static void command(DataOutput out, SysCommand command) throws IOException {
        switch (command) {
            case SysCommand.NoOperation _ -> out.writeByte(1);
            case SysCommand.RegisterNode c -> {
                head(out, 2, c);
                uuid(out, c.uuid());
                out.writeUTF(c.name());
                out.writeUTF(c.address());
            }
            case SysCommand.RemoveNode c -> {
                head(out, 3, c);
                out.writeInt(c.node());
            }
            case SysCommand.VPidBlock c -> {
                head(out, 4, c);
                ints(out, c.origin(), c.count());
            }
            case SysCommand.PlaceBorn c -> {
                head(out, 5, c);
                ints(out, c.vpid(), c.node(), c.incarnation());
            }
            case SysCommand.PlaceMove c -> {
                head(out, 6, c);
                ints(out, c.vpid(), c.node(), c.incarnation(), c.attempt(), c.to());
            }
            case SysCommand.PlaceVeto c -> {
                head(out, 12, c);
                ints(out, c.vpid(), c.node(), c.incarnation());
            }
            case SysCommand.PlaceGone c -> {
                head(out, 7, c);
                ints(out, c.vpid(), c.incarnation());
            }
            case SysCommand.SetKey c -> {
                head(out, 8, c);
                out.writeUTF(c.key());
                out.writeLong(c.expectedFence());
                bytes(out, c.value());
            }
            case SysCommand.ReadPlace c -> {
                out.writeByte(9);
                out.writeInt(c.vpid());
            }
            case SysCommand.ReadKey c -> {
                out.writeByte(10);
                out.writeUTF(c.key());
            }
            case SysCommand.ReadNodes _ -> out.writeByte(11);
        }
    }

    private static SysCommand command(DataInput in) throws IOException {
        int type = in.readByte();
        return switch (type) {
            case 1 -> new SysCommand.NoOperation();
            case 2 -> new SysCommand.RegisterNode(in.readLong(), uuid(in), in.readUTF(), in.readUTF());
            case 3 -> new SysCommand.RemoveNode(in.readLong(), in.readInt());
            case 4 -> new SysCommand.VPidBlock(in.readLong(), in.readInt(), in.readInt());
            case 5 -> new SysCommand.PlaceBorn(in.readLong(), in.readInt(), in.readInt(), in.readInt());
            case 6 -> new SysCommand.PlaceMove(in.readLong(), in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt());
            case 7 -> new SysCommand.PlaceGone(in.readLong(), in.readInt(), in.readInt());
            case 8 -> new SysCommand.SetKey(in.readLong(), in.readUTF(), in.readLong(), bytes(in));
            case 9 -> new SysCommand.ReadPlace(in.readInt());
            case 10 -> new SysCommand.ReadKey(in.readUTF());
            case 11 -> new SysCommand.ReadNodes();
            case 12 -> new SysCommand.PlaceVeto(in.readLong(), in.readInt(), in.readInt(), in.readInt());
            default -> throw new IOException("command type " + type + " is unknown");
        };
    }

    static void answer(DataOutput out, SysAnswer answer) throws IOException {
        switch (answer) {
            case SysAnswer.Done _ -> out.writeByte(1);
            case SysAnswer.Number a -> {
                out.writeByte(2);
                out.writeInt(a.value());
            }
            case SysAnswer.Decided a -> {
                out.writeByte(3);
                out.writeBoolean(a.yes());
            }
            case SysAnswer.PlaceRow a -> {
                out.writeByte(4);
                ints(out, a.vpid(), a.node(), a.incarnation(), a.attempt());
                out.writeLong(a.byRequest());
            }
            case SysAnswer.Fenced a -> {
                out.writeByte(5);
                out.writeBoolean(a.yes());
                out.writeLong(a.fence());
                bytes(out, a.value());
            }
            case SysAnswer.Refused a -> {
                out.writeByte(6);
                out.writeInt(a.code().number());
                out.writeUTF(a.message());
            }
            case SysAnswer.Nodes a -> {
                out.writeByte(7);
                nodes(out, a.rows());
            }
        }
    }

    static SysAnswer answer(DataInput in) throws IOException {
        int type = in.readByte();
        return switch (type) {
            case 1 -> new SysAnswer.Done();
            case 2 -> new SysAnswer.Number(in.readInt());
            case 3 -> new SysAnswer.Decided(in.readBoolean());
            case 4 -> new SysAnswer.PlaceRow(in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readLong());
            case 5 -> new SysAnswer.Fenced(in.readBoolean(), in.readLong(), bytes(in));
            case 6 -> new SysAnswer.Refused(ErrorCode.of(in.readInt()), in.readUTF());
            case 7 -> new SysAnswer.Nodes(nodes(in));
            default -> throw new IOException("answer type " + type + " is unknown");
        };
    }

    private static void head(DataOutput out, int type, SysCommand command) throws IOException {
        out.writeByte(type);
        out.writeLong(command.requestId());
    }

    private static void ints(DataOutput out, int... values) throws IOException {
        for (int value : values) {
            out.writeInt(value);
        }
    }

    static void uuid(DataOutput out, UUID uuid) throws IOException {
        out.writeLong(uuid.getMostSignificantBits());
        out.writeLong(uuid.getLeastSignificantBits());
    }

    static UUID uuid(DataInput in) throws IOException {
        return new UUID(in.readLong(), in.readLong());
    }

    static void nodes(DataOutput out, SortedMap<Integer, SysState.NodeRow> nodes) throws IOException {
        out.writeInt(nodes.size());
        for (var entry : nodes.entrySet()) {
            out.writeInt(entry.getKey());
            uuid(out, entry.getValue().uuid());
            out.writeUTF(entry.getValue().name());
            out.writeUTF(entry.getValue().address());
        }
    }

    static SortedMap<Integer, SysState.NodeRow> nodes(DataInput in) throws IOException {
        SortedMap<Integer, SysState.NodeRow> nodes = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            nodes.put(in.readInt(), new SysState.NodeRow(uuid(in), in.readUTF(), in.readUTF()));
        }
        return nodes;
    }

    static void bytes(DataOutput out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static byte[] bytes(DataInput in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > BYTES_MAX) {
            throw new IOException("length " + length + " is not in 0.." + BYTES_MAX);
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    private interface Writing {
        void to(DataOutput out) throws IOException;
    }

    private interface Parsing<T> {
        T from(DataInput in) throws IOException;
    }

    private static byte[] collect(Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writing.to(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static <T> T parse(byte[] bytes, Parsing<T> parsing) {
        try {
            return parsing.from(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IOException e) {
            throw new SsiException(ErrorCode.BAD_FRAME, "a command or answer of the Raft group with " + bytes.length + " bytes cannot be read: " + e.getMessage(), e);
        }
    }
}
