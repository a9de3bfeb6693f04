package io.ssi.vproc;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** A row as the bytes that the cluster's table keeps. The first byte is the version of the layout. */
public final class RowCodec {
    private static final int LAYOUT = 1;
    /** A longer command or folder is cut in the table; the process itself has all of it. */
    static final int TEXT_MAX = 4096;

    private RowCodec() {}

    public static byte[] encode(ProcessRow row) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(LAYOUT);
            out.writeInt(row.vpid().value());
            out.writeInt(row.incarnation());
            out.writeInt(row.parent());
            out.writeInt(row.node().number());
            out.writeLong(row.osPid());
            writeText(out, row.user());
            out.writeByte(row.state().ordinal());
            out.writeInt(row.usage().threads());
            out.writeLong(row.usage().cpuMillis());
            out.writeLong(row.usage().heapBytes());
            out.writeLong(row.startMillis());
            writeText(out, row.command());
            writeText(out, row.workDir());
            out.writeInt(row.deputyNode());
            out.writeBoolean(row.exit().isPresent());
            if (row.exit().isPresent()) {
                out.writeInt(row.exit().get().status());
                out.writeInt(row.exit().get().signal());
                writeText(out, row.exit().get().cause());
            }
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return bytes.toByteArray();
    }

    /** @throws SsiException BAD_FRAME for bytes that are no row, for example of a newer version */
    public static ProcessRow decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int layout = in.readUnsignedByte();
            if (layout != LAYOUT) {
                throw new SsiException(ErrorCode.BAD_FRAME, "a process row has layout " + layout + ", this daemon knows " + LAYOUT
                        + "; run the same version on all nodes");
            }
            return new ProcessRow(new VPid(in.readInt()), in.readInt(), in.readInt(), new NodeId(in.readInt()), in.readLong(), readText(in),
                    ProcessState.values()[in.readUnsignedByte()], new ProcessRow.Usage(in.readInt(), in.readLong(), in.readLong()),
                    in.readLong(), readText(in), readText(in), in.readInt(), readExit(in));
        } catch (IOException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new SsiException(ErrorCode.BAD_FRAME, "a process row of " + bytes.length + " bytes cannot be read: " + e, e);
        }
    }

    private static Optional<ExitStatus> readExit(DataInputStream in) throws IOException {
        return in.readBoolean() ? Optional.of(new ExitStatus(in.readInt(), in.readInt(), readText(in))) : Optional.empty();
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] kept = bytes.length <= TEXT_MAX ? bytes : Arrays.copyOf(bytes, TEXT_MAX);
        out.writeShort(kept.length);
        out.write(kept);
    }

    private static String readText(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readUnsignedShort()];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
