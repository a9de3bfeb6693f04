package io.ssi.core.cluster.sys;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A {@link SysState} as bytes: version, counters, then each table with its length. Equal states give equal bytes. */
final class SysSnapshot {
    private static final int VERSION = 2;

    private SysSnapshot() {}

    static byte[] write(SysState state) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(VERSION);
            out.writeLong(state.commitIndex);
            out.writeInt(state.lastNumber);
            SysCodec.nodes(out, state.nodes);
            out.writeInt(state.nextSequence.size());
            for (var entry : state.nextSequence.entrySet()) {
                out.writeInt(entry.getKey());
                out.writeInt(entry.getValue());
            }
            out.writeInt(state.places.size());
            for (var entry : state.places.entrySet()) {
                out.writeInt(entry.getKey());
                out.writeInt(entry.getValue().node());
                out.writeInt(entry.getValue().incarnation());
                out.writeInt(entry.getValue().attempt());
                out.writeLong(entry.getValue().byRequest());
            }
            out.writeInt(state.keys.size());
            for (var entry : state.keys.entrySet()) {
                out.writeUTF(entry.getKey());
                out.writeLong(entry.getValue().fence());
                SysCodec.bytes(out, entry.getValue().value());
            }
            out.writeInt(state.answered.size());
            for (var entry : state.answered.entrySet()) {
                out.writeLong(entry.getKey());
                SysCodec.answer(out, entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static void read(byte[] snapshot, SysState into) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(snapshot))) {
            int version = in.readInt();
            if (version != VERSION) {
                throw new SsiException(ErrorCode.BAD_CONFIG, "the cluster's state is of version " + version + ", this daemon reads " + VERSION
                        + "; run the same version on all nodes");
            }
            into.commitIndex = in.readLong();
            into.lastNumber = in.readInt();
            into.nodes.clear();
            into.nodes.putAll(SysCodec.nodes(in));
            into.nextSequence.clear();
            for (int left = in.readInt(); left > 0; left--) {
                into.nextSequence.put(in.readInt(), in.readInt());
            }
            into.places.clear();
            for (int left = in.readInt(); left > 0; left--) {
                into.places.put(in.readInt(), new SysState.PlaceState(in.readInt(), in.readInt(), in.readInt(), in.readLong()));
            }
            into.keys.clear();
            for (int left = in.readInt(); left > 0; left--) {
                into.keys.put(in.readUTF(), new SysState.KeyState(in.readLong(), SysCodec.bytes(in)));
            }
            into.answered.clear();
            for (int left = in.readInt(); left > 0; left--) {
                into.answered.put(in.readLong(), SysCodec.answer(in));
            }
        } catch (IOException e) {
            throw new SsiException(ErrorCode.BAD_CONFIG, "the snapshot of the cluster's state (" + snapshot.length + " bytes) ends too early", e);
        }
    }
}
