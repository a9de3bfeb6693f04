package io.ssi.core.cluster.raft;

import static io.ssi.core.cluster.raft.RaftCodec.FACTORY;

import io.microraft.RaftEndpoint;
import io.microraft.model.log.LogEntry;
import io.microraft.model.message.AppendEntriesFailureResponse;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.AppendEntriesSuccessResponse;
import io.microraft.model.message.InstallSnapshotRequest;
import io.microraft.model.message.InstallSnapshotResponse;
import io.microraft.model.message.PreVoteRequest;
import io.microraft.model.message.PreVoteResponse;
import io.microraft.model.message.RaftMessage;
import io.microraft.model.message.TriggerLeaderElectionRequest;
import io.microraft.model.message.VoteRequest;
import io.microraft.model.message.VoteResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The ten messages of the protocol as bytes: type, sender, term, then the fields of the type. */
final class RaftMessages {
    static final String GROUP = "sys";

    private RaftMessages() {}

    static byte[] encode(RaftMessage message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(type(message));
        RaftCodec.endpoint(out, message.getSender());
        out.writeInt(message.getTerm());
        body(out, message);
        return bytes.toByteArray();
    }

    private static int type(RaftMessage message) throws IOException {
        return switch (message) {
            case VoteRequest _ -> 1;
            case VoteResponse _ -> 2;
            case PreVoteRequest _ -> 3;
            case PreVoteResponse _ -> 4;
            case AppendEntriesRequest _ -> 5;
            case AppendEntriesSuccessResponse _ -> 6;
            case AppendEntriesFailureResponse _ -> 7;
            case InstallSnapshotRequest _ -> 8;
            case InstallSnapshotResponse _ -> 9;
            case TriggerLeaderElectionRequest _ -> 10;
            default -> throw new IOException("a message of class " + message.getClass().getName() + " cannot be sent");
        };
    }

    private static void body(DataOutput out, RaftMessage message) throws IOException {
        switch (message) {
            case VoteRequest m -> {
                last(out, m.getLastLogTerm(), m.getLastLogIndex());
                out.writeBoolean(m.isSticky());
            }
            case VoteResponse m -> out.writeBoolean(m.isGranted());
            case PreVoteRequest m -> last(out, m.getLastLogTerm(), m.getLastLogIndex());
            case PreVoteResponse m -> out.writeBoolean(m.isGranted());
            case AppendEntriesRequest m -> append(out, m);
            case AppendEntriesSuccessResponse m -> {
                out.writeLong(m.getLastLogIndex());
                sequences(out, m.getQuerySequenceNumber(), m.getFlowControlSequenceNumber());
            }
            case AppendEntriesFailureResponse m -> {
                out.writeLong(m.getExpectedNextIndex());
                sequences(out, m.getQuerySequenceNumber(), m.getFlowControlSequenceNumber());
            }
            case InstallSnapshotRequest m -> install(out, m);
            case InstallSnapshotResponse m -> {
                out.writeLong(m.getSnapshotIndex());
                out.writeInt(m.getRequestedSnapshotChunkIndex());
                sequences(out, m.getQuerySequenceNumber(), m.getFlowControlSequenceNumber());
            }
            case TriggerLeaderElectionRequest m -> last(out, m.getLastLogTerm(), m.getLastLogIndex());
            default -> throw new IOException("a message of class " + message.getClass().getName() + " cannot be sent");
        }
    }

    private static void append(DataOutput out, AppendEntriesRequest message) throws IOException {
        last(out, message.getPreviousLogTerm(), message.getPreviousLogIndex());
        out.writeLong(message.getCommitIndex());
        out.writeInt(message.getLogEntries().size());
        for (LogEntry entry : message.getLogEntries()) {
            RaftCodec.entry(out, entry);
        }
        sequences(out, message.getQuerySequenceNumber(), message.getFlowControlSequenceNumber());
    }

    private static void install(DataOutput out, InstallSnapshotRequest message) throws IOException {
        out.writeBoolean(message.isSenderLeader());
        last(out, message.getSnapshotTerm(), message.getSnapshotIndex());
        out.writeInt(message.getTotalSnapshotChunkCount());
        out.writeBoolean(message.getSnapshotChunk() != null);
        if (message.getSnapshotChunk() != null) {
            RaftCodec.chunk(out, message.getSnapshotChunk());
        }
        RaftCodec.endpoints(out, message.getSnapshottedMembers());
        RaftCodec.view(out, message.getGroupMembersView());
        sequences(out, message.getQuerySequenceNumber(), message.getFlowControlSequenceNumber());
    }

    private static void last(DataOutput out, int term, long index) throws IOException {
        out.writeInt(term);
        out.writeLong(index);
    }

    private static void sequences(DataOutput out, long query, long flow) throws IOException {
        out.writeLong(query);
        out.writeLong(flow);
    }

    /** Throws IOException for anything that is no message. */
    static RaftMessage decode(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        int type = in.readByte();
        RaftEndpoint sender = RaftCodec.endpoint(in);
        int term = in.readInt();
        return switch (type) {
            case 1 -> FACTORY.createVoteRequestBuilder().setGroupId(GROUP).setSender(sender).setTerm(term).setLastLogTerm(in.readInt())
                    .setLastLogIndex(in.readLong()).setSticky(in.readBoolean()).build();
            case 2 -> FACTORY.createVoteResponseBuilder().setGroupId(GROUP).setSender(sender).setTerm(term).setGranted(in.readBoolean()).build();
            case 3 -> FACTORY.createPreVoteRequestBuilder().setGroupId(GROUP).setSender(sender).setTerm(term).setLastLogTerm(in.readInt())
                    .setLastLogIndex(in.readLong()).build();
            case 4 -> FACTORY.createPreVoteResponseBuilder().setGroupId(GROUP).setSender(sender).setTerm(term).setGranted(in.readBoolean()).build();
            case 5 -> append(in, sender, term);
            case 6 -> FACTORY.createAppendEntriesSuccessResponseBuilder().setGroupId(GROUP).setSender(sender).setTerm(term)
                    .setLastLogIndex(in.readLong()).setQuerySequenceNumber(in.readLong()).setFlowControlSequenceNumber(in.readLong()).build();
            case 7 -> FACTORY.createAppendEntriesFailureResponseBuilder().setGroupId(GROUP).setSender(sender).setTerm(term)
                    .setExpectedNextIndex(in.readLong()).setQuerySequenceNumber(in.readLong()).setFlowControlSequenceNumber(in.readLong()).build();
            case 8 -> install(in, sender, term);
            case 9 -> FACTORY.createInstallSnapshotResponseBuilder().setGroupId(GROUP).setSender(sender).setTerm(term)
                    .setSnapshotIndex(in.readLong()).setRequestedSnapshotChunkIndex(in.readInt()).setQuerySequenceNumber(in.readLong())
                    .setFlowControlSequenceNumber(in.readLong()).build();
            case 10 -> FACTORY.createTriggerLeaderElectionRequestBuilder().setGroupId(GROUP).setSender(sender).setTerm(term)
                    .setLastLogTerm(in.readInt()).setLastLogIndex(in.readLong()).build();
            default -> throw new IOException("message type " + type + " is unknown");
        };
    }

    private static RaftMessage append(DataInputStream in, RaftEndpoint sender, int term) throws IOException {
        var builder = FACTORY.createAppendEntriesRequestBuilder().setGroupId(GROUP).setSender(sender).setTerm(term)
                .setPreviousLogTerm(in.readInt()).setPreviousLogIndex(in.readLong()).setCommitIndex(in.readLong());
        int count = RaftCodec.count(in);
        List<LogEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(RaftCodec.entry(in));
        }
        return builder.setLogEntries(entries).setQuerySequenceNumber(in.readLong()).setFlowControlSequenceNumber(in.readLong()).build();
    }

    private static RaftMessage install(DataInputStream in, RaftEndpoint sender, int term) throws IOException {
        var builder = FACTORY.createInstallSnapshotRequestBuilder().setGroupId(GROUP).setSender(sender).setTerm(term)
                .setSenderLeader(in.readBoolean()).setSnapshotTerm(in.readInt()).setSnapshotIndex(in.readLong()).setTotalSnapshotChunkCount(in.readInt());
        builder.setSnapshotChunk(in.readBoolean() ? RaftCodec.chunk(in) : null);
        return builder.setSnapshottedMembers(RaftCodec.endpoints(in)).setGroupMembersView(RaftCodec.view(in))
                .setQuerySequenceNumber(in.readLong()).setFlowControlSequenceNumber(in.readLong()).build();
    }
}
