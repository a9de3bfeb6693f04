package io.ssi.core.cluster.raft;

import io.microraft.MembershipChangeMode;
import io.microraft.RaftEndpoint;
import io.microraft.model.RaftModelFactory;
import io.microraft.model.groupop.UpdateRaftGroupMembersOp;
import io.microraft.model.impl.DefaultRaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The parts of the Raft model as bytes, on the wire and on disk. An operation is a command's bytes, a snapshot chunk or a change of members. */
final class RaftCodec {
    static final RaftModelFactory FACTORY = new DefaultRaftModelFactory();
    static final int OPERATION_BYTES_MAX = 4 << 20;
    private static final int LIST_MAX = 65_536;

    private RaftCodec() {}

    static void endpoint(DataOutput out, RaftEndpoint endpoint) throws IOException {
        out.writeShort(NodeEndpoint.number(endpoint));
    }

    static RaftEndpoint endpoint(DataInput in) throws IOException {
        return NodeEndpoint.of(in.readUnsignedShort());
    }

    static void endpoints(DataOutput out, Collection<RaftEndpoint> endpoints) throws IOException {
        out.writeInt(endpoints.size());
        for (RaftEndpoint endpoint : endpoints) {
            endpoint(out, endpoint);
        }
    }

    static List<RaftEndpoint> endpoints(DataInput in) throws IOException {
        int count = count(in);
        List<RaftEndpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            endpoints.add(endpoint(in));
        }
        return endpoints;
    }

    static void view(DataOutput out, RaftGroupMembersView view) throws IOException {
        out.writeLong(view.getLogIndex());
        endpoints(out, view.getMembers());
        endpoints(out, view.getVotingMembers());
    }

    static RaftGroupMembersView view(DataInput in) throws IOException {
        return FACTORY.createRaftGroupMembersViewBuilder().setLogIndex(in.readLong()).setMembers(endpoints(in)).setVotingMembers(endpoints(in)).build();
    }

    static void operation(DataOutput out, Object operation) throws IOException {
        switch (operation) {
            case null -> out.writeByte(0);
            case byte[] bytes -> {
                out.writeByte(1);
                out.writeInt(bytes.length);
                out.write(bytes);
            }
            case UpdateRaftGroupMembersOp change -> {
                out.writeByte(2);
                endpoints(out, change.getMembers());
                endpoints(out, change.getVotingMembers());
                endpoint(out, change.getEndpoint());
                out.writeUTF(change.getMode().name());
            }
            default -> throw new IOException("an operation of class " + operation.getClass().getName() + " cannot be written");
        }
    }

    static Object operation(DataInput in) throws IOException {
        int type = in.readByte();
        return switch (type) {
            case 0 -> null;
            case 1 -> {
                int length = in.readInt();
                if (length < 0 || length > OPERATION_BYTES_MAX) {
                    throw new IOException("an operation of " + length + " bytes exceeds " + OPERATION_BYTES_MAX);
                }
                byte[] bytes = new byte[length];
                in.readFully(bytes);
                yield bytes;
            }
            case 2 -> FACTORY.createUpdateRaftGroupMembersOpBuilder().setMembers(endpoints(in)).setVotingMembers(endpoints(in))
                    .setEndpoint(endpoint(in)).setMode(mode(in.readUTF())).build();
            default -> throw new IOException("operation type " + type + " is unknown");
        };
    }

    private static MembershipChangeMode mode(String name) throws IOException {
        try {
            return MembershipChangeMode.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IOException("change of members " + name + " is unknown", e);
        }
    }

    static void entry(DataOutput out, LogEntry entry) throws IOException {
        out.writeLong(entry.getIndex());
        out.writeInt(entry.getTerm());
        operation(out, entry.getOperation());
    }

    static LogEntry entry(DataInput in) throws IOException {
        return FACTORY.createLogEntryBuilder().setIndex(in.readLong()).setTerm(in.readInt()).setOperation(operation(in)).build();
    }

    static void chunk(DataOutput out, SnapshotChunk chunk) throws IOException {
        out.writeLong(chunk.getIndex());
        out.writeInt(chunk.getTerm());
        operation(out, chunk.getOperation());
        out.writeInt(chunk.getSnapshotChunkIndex());
        out.writeInt(chunk.getSnapshotChunkCount());
        view(out, chunk.getGroupMembersView());
    }

    static SnapshotChunk chunk(DataInput in) throws IOException {
        return FACTORY.createSnapshotChunkBuilder().setIndex(in.readLong()).setTerm(in.readInt()).setOperation(operation(in))
                .setSnapshotChunkIndex(in.readInt()).setSnapshotChunkCount(in.readInt()).setGroupMembersView(view(in)).build();
    }

    static int count(DataInput in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > LIST_MAX) {
            throw new IOException("a list of " + count + " exceeds " + LIST_MAX);
        }
        return count;
    }
}
