package io.ssi.core.cluster.raft;

import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RaftStore;
import io.microraft.persistence.RestoredRaftState;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What a member of the group must not forget: an append-only file of records {@code int length, type and body, int crc32c}. A crash may
 * tear the last record: it was never acknowledged, is reported and cut off. A damaged record with whole ones behind it is not a torn
 * tail: the journal is refused, with the place named. The file is rewritten when most of it is superseded. Used by one thread.
 */
public final class RaftJournal implements RaftStore, AutoCloseable {
    private static final byte[] MAGIC = "SSIRAFT1".getBytes(StandardCharsets.US_ASCII);
    private static final int RECORD_BYTES_MAX = RaftCodec.OPERATION_BYTES_MAX + 4096;
    private static final int COMPACT_BYTES_MIN = 1 << 20;
    private static final int OVERHEAD = 8;

    private static final int ENDPOINT = 1;
    private static final int MEMBERS = 2;
    private static final int TERM = 3;
    private static final int ENTRY = 4;
    private static final int CHUNK = 5;
    private static final int TRUNCATE_FROM = 6;
    private static final int TRUNCATE_UNTIL = 7;
    private static final int DELETE_CHUNKS = 8;

    private final JournalFile file;
    private final JournalImage image = new JournalImage();
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private final long compactBytesMin;
    private long compactAt;
    private long size;
    private long tornBytes;
    private IOException broken;

    /** Reads what is there. Throws BAD_CONFIG for a journal that is damaged in the middle or is none. */
    public RaftJournal(JournalFile file) throws IOException {
        this(file, COMPACT_BYTES_MIN);
    }

    RaftJournal(JournalFile file, long compactBytesMin) throws IOException {
        this.file = file;
        this.compactBytesMin = compactBytesMin;
        compactAt = compactBytesMin;
        byte[] bytes = file.read();
        int good = bytes.length < MAGIC.length ? 0 : load(bytes);
        if (good < bytes.length) {
            tornBytes = bytes.length - good;
            file.truncate(good);
        }
        if (good == 0) {
            file.append(MAGIC);
            file.force();
            good = MAGIC.length;
        }
        size = good;
    }

    private int load(byte[] bytes) throws IOException {
        if (!Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new SsiException(ErrorCode.BAD_CONFIG, file + " is no Raft journal; restore it, or remove the state folder and join again as a new node");
        }
        int at = MAGIC.length;
        while (at < bytes.length) {
            int length = recordAt(bytes, at);
            if (length < 0) {
                refuseIfMoreFollows(bytes, at);
                return at;
            }
            read(bytes, at + 4, length);
            at += length + OVERHEAD;
        }
        return at;
    }

    /** Length of the body of the whole, undamaged record there, or -1. */
    private static int recordAt(byte[] bytes, int at) {
        if (bytes.length - at < OVERHEAD + 1) {
            return -1;
        }
        int length = ByteBuffer.wrap(bytes, at, 4).getInt();
        if (length < 1 || length > RECORD_BYTES_MAX || length > bytes.length - at - OVERHEAD) {
            return -1;
        }
        int stored = ByteBuffer.wrap(bytes, at + 4 + length, 4).getInt();
        return stored == crc(bytes, at + 4, length) ? length : -1;
    }

    private void refuseIfMoreFollows(byte[] bytes, int at) {
        for (int next = at + 1; next < bytes.length; next++) {
            if (recordAt(bytes, next) > 0) {
                throw new SsiException(ErrorCode.BAD_CONFIG, file + " is damaged at byte " + at + ": whole records follow at byte " + next
                        + "; restore the file, or remove the state folder and join again as a new node");
            }
        }
    }

    private void read(byte[] bytes, int offset, int length) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, offset, length));
        int type = in.readByte();
        switch (type) {
            case ENDPOINT -> image.endpoint = RaftCodec.FACTORY.createRaftEndpointPersistentStateBuilder()
                    .setLocalEndpoint(RaftCodec.endpoint(in)).setVoting(in.readBoolean()).build();
            case MEMBERS -> image.initialMembers = RaftCodec.view(in);
            case TERM -> image.term = RaftCodec.FACTORY.createRaftTermPersistentStateBuilder().setTerm(in.readInt()).setVotedFor(RaftCodec.endpoint(in)).build();
            case ENTRY -> {
                LogEntry entry = RaftCodec.entry(in);
                image.log.put(entry.getIndex(), entry);
            }
            case CHUNK -> image.add(RaftCodec.chunk(in));
            case TRUNCATE_FROM -> image.log.tailMap(in.readLong(), true).clear();
            case TRUNCATE_UNTIL -> image.truncateUntil(in.readLong());
            case DELETE_CHUNKS -> image.chunks.remove(in.readLong());
            default -> throw new SsiException(ErrorCode.BAD_CONFIG, file + " has a record of type " + type + " at byte " + offset + "; it is of a newer version");
        }
    }

    /** Null when this node never was a member. */
    RestoredRaftState restored() {
        return image.restored();
    }

    /** Index of the newest snapshot that is whole; 0 for none. */
    long snapshotIndex() {
        Long index = image.newestComplete();
        return index == null ? 0 : index;
    }

    /** Bytes of an unfinished record that were cut off when the journal was opened; 0 after an orderly stop. */
    public long tornBytes() {
        return tornBytes;
    }

    public long size() {
        return size;
    }

    @Override
    public void persistAndFlushLocalEndpoint(RaftEndpointPersistentState state) throws IOException {
        image.endpoint = state;
        write(ENDPOINT, out -> endpoint(out, state));
        flush();
    }

    @Override
    public void persistAndFlushInitialGroupMembers(RaftGroupMembersView members) throws IOException {
        image.initialMembers = members;
        write(MEMBERS, out -> RaftCodec.view(out, members));
        flush();
    }

    @Override
    public void persistAndFlushTerm(RaftTermPersistentState term) throws IOException {
        image.term = term;
        write(TERM, out -> term(out, term));
        flush();
    }

    @Override
    public void persistLogEntries(List<LogEntry> entries) throws IOException {
        for (LogEntry entry : entries) {
            image.log.put(entry.getIndex(), entry);
            write(ENTRY, out -> RaftCodec.entry(out, entry));
        }
    }

    @Override
    public void persistSnapshotChunk(SnapshotChunk chunk) throws IOException {
        image.add(chunk);
        write(CHUNK, out -> RaftCodec.chunk(out, chunk));
    }

    @Override
    public void truncateLogEntriesFrom(long index) throws IOException {
        image.log.tailMap(index, true).clear();
        write(TRUNCATE_FROM, out -> out.writeLong(index));
    }

    @Override
    public void truncateLogEntriesUntil(long index) throws IOException {
        image.truncateUntil(index);
        write(TRUNCATE_UNTIL, out -> out.writeLong(index));
    }

    @Override
    public void deleteSnapshotChunks(long index, int count) throws IOException {
        image.chunks.remove(index);
        write(DELETE_CHUNKS, out -> out.writeLong(index));
    }

    /** After a failed write nothing is accepted any more: what the disk holds is unknown, and this node must not promise anything. */
    @Override
    public void flush() throws IOException {
        if (broken != null) {
            throw new IOException(file + " failed before: " + broken.getMessage(), broken);
        }
        try {
            if (size + pending.size() >= compactAt) {
                compact();
            } else if (pending.size() > 0) {
                file.append(pending.toByteArray());
                file.force();
                size += pending.size();
            }
            pending.reset();
        } catch (IOException e) {
            broken = e;
            throw e;
        }
    }

    private void compact() throws IOException {
        pending.reset();
        pending.write(MAGIC);
        if (image.endpoint != null) {
            write(ENDPOINT, out -> endpoint(out, image.endpoint));
        }
        if (image.initialMembers != null) {
            write(MEMBERS, out -> RaftCodec.view(out, image.initialMembers));
        }
        if (image.term != null) {
            write(TERM, out -> term(out, image.term));
        }
        for (var snapshot : image.chunks.values()) {
            for (SnapshotChunk chunk : snapshot.values()) {
                write(CHUNK, out -> RaftCodec.chunk(out, chunk));
            }
        }
        for (LogEntry entry : image.log.values()) {
            write(ENTRY, out -> RaftCodec.entry(out, entry));
        }
        file.replace(pending.toByteArray());
        size = pending.size();
        compactAt = Math.max(compactBytesMin, size * 3);
    }

    private interface Body {
        void to(DataOutput out) throws IOException;
    }

    private void write(int type, Body body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(type);
        body.to(out);
        byte[] record = bytes.toByteArray();
        if (record.length > RECORD_BYTES_MAX) {
            throw new IOException("a record of " + record.length + " bytes exceeds " + RECORD_BYTES_MAX);
        }
        DataOutputStream framed = new DataOutputStream(pending);
        framed.writeInt(record.length);
        framed.write(record);
        framed.writeInt(crc(record, 0, record.length));
    }

    private static void endpoint(DataOutput out, RaftEndpointPersistentState state) throws IOException {
        RaftCodec.endpoint(out, state.getLocalEndpoint());
        out.writeBoolean(state.isVoting());
    }

    private static void term(DataOutput out, RaftTermPersistentState term) throws IOException {
        out.writeInt(term.getTerm());
        RaftCodec.endpoint(out, term.getVotedFor());
    }

    private static int crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
