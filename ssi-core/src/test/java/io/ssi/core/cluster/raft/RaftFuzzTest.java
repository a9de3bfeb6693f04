package io.ssi.core.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.message.RaftMessage;
import io.ssi.core.Fuzz;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the group says over the links and keeps on disk. */
@Timeout(600)
class RaftFuzzTest {
    private static final NodeEndpoint ONE = new NodeEndpoint(1);
    private static final RaftGroupMembersView VIEW = RaftCodec.FACTORY.createRaftGroupMembersViewBuilder().setLogIndex(3)
            .setMembers(List.of(ONE, new NodeEndpoint(2))).setVotingMembers(List.of(ONE)).build();

    private static LogEntry entry(long index) {
        return RaftCodec.FACTORY.createLogEntryBuilder().setIndex(index).setTerm(1).setOperation(new byte[20]).build();
    }

    @Test
    void messages() throws Exception {
        List<RaftMessage> messages = List.of(
                RaftCodec.FACTORY.createVoteRequestBuilder().setGroupId("sys").setSender(ONE).setTerm(1).setLastLogTerm(1).setLastLogIndex(2).setSticky(true).build(),
                RaftCodec.FACTORY.createAppendEntriesRequestBuilder().setGroupId("sys").setSender(ONE).setTerm(1).setPreviousLogTerm(1).setPreviousLogIndex(2)
                        .setCommitIndex(2).setLogEntries(List.of(entry(3), entry(4))).setQuerySequenceNumber(1).setFlowControlSequenceNumber(2).build(),
                RaftCodec.FACTORY.createInstallSnapshotRequestBuilder().setGroupId("sys").setSender(ONE).setTerm(1).setSenderLeader(true).setSnapshotTerm(1)
                        .setSnapshotIndex(3).setTotalSnapshotChunkCount(1).setSnapshotChunk(RaftCodec.FACTORY.createSnapshotChunkBuilder().setIndex(3).setTerm(1)
                                .setOperation(new byte[8]).setSnapshotChunkIndex(0).setSnapshotChunkCount(1).setGroupMembersView(VIEW).build())
                        .setSnapshottedMembers(List.of(ONE)).setGroupMembersView(VIEW).setQuerySequenceNumber(1).setFlowControlSequenceNumber(2).build());
        List<byte[]> samples = new ArrayList<>();
        for (RaftMessage message : messages) {
            samples.add(RaftMessages.encode(message));
        }
        Fuzz.run(samples, e -> e instanceof IOException, RaftMessages::decode);
    }

    /** A damaged journal is read up to a torn end, or refused with a sentence; it is never taken for another. */
    @Test
    void journal() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        RaftJournal journal = new RaftJournal(disk);
        journal.persistAndFlushInitialGroupMembers(VIEW);
        journal.persistAndFlushLocalEndpoint(RaftCodec.FACTORY.createRaftEndpointPersistentStateBuilder().setLocalEndpoint(ONE).setVoting(true).build());
        journal.persistAndFlushTerm(RaftCodec.FACTORY.createRaftTermPersistentStateBuilder().setTerm(1).setVotedFor(ONE).build());
        for (int index = 1; index <= 5; index++) {
            journal.persistLogEntries(List.of(entry(index)));
            journal.flush();
        }
        Fuzz.run(List.of(disk.bytes()), e -> e instanceof SsiException refused && refused.code() == ErrorCode.BAD_CONFIG, input -> {
            MemoryDisk damaged = new MemoryDisk();
            damaged.set(input);
            RaftJournal read = new RaftJournal(damaged);
            if (read.restored() != null) {
                assertThat(read.restored().getLogEntries()).allSatisfy(each -> assertThat((byte[]) each.getOperation()).containsOnly(0));
            }
        });
    }
}
