package io.ssi.core.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microraft.model.log.LogEntry;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftJournalTest {
    private static LogEntry entry(long index) {
        byte[] operation = new byte[20];
        Arrays.fill(operation, (byte) index);
        return RaftCodec.FACTORY.createLogEntryBuilder().setIndex(index).setTerm(1).setOperation(operation).build();
    }

    private static void fill(RaftJournal journal, int entries) throws Exception {
        journal.persistAndFlushInitialGroupMembers(RaftCodec.FACTORY.createRaftGroupMembersViewBuilder().setLogIndex(0)
                .setMembers(List.of(new NodeEndpoint(1))).setVotingMembers(List.of(new NodeEndpoint(1))).build());
        journal.persistAndFlushLocalEndpoint(RaftCodec.FACTORY.createRaftEndpointPersistentStateBuilder().setLocalEndpoint(new NodeEndpoint(1)).setVoting(true).build());
        journal.persistAndFlushTerm(RaftCodec.FACTORY.createRaftTermPersistentStateBuilder().setTerm(1).setVotedFor(new NodeEndpoint(1)).build());
        for (int i = 1; i <= entries; i++) {
            journal.persistLogEntries(List.of(entry(i)));
            journal.flush();
        }
    }

    private static MemoryDisk disk(byte[] bytes) {
        MemoryDisk disk = new MemoryDisk();
        disk.set(bytes);
        return disk;
    }

    private static byte[] written(int entries) throws Exception {
        MemoryDisk disk = new MemoryDisk();
        fill(new RaftJournal(disk), entries);
        return disk.bytes();
    }

    @Test
    void comesBackAsItWas(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("raft.log");
        try (RaftJournal journal = new RaftJournal(new DiskFile(file))) {
            fill(journal, 5);
            journal.truncateLogEntriesFrom(4);
            journal.flush();
        }
        try (RaftJournal again = new RaftJournal(new DiskFile(file))) {
            assertThat(again.restored().getLogEntries()).extracting(LogEntry::getIndex).containsExactly(1L, 2L, 3L);
            assertThat(again.restored().getTermPersistentState().getVotedFor()).isEqualTo(new NodeEndpoint(1));
            assertThat(again.tornBytes()).isZero();
        }
    }

    @Test
    void aTornTailIsCutOffAtEveryByte() throws Exception {
        byte[] four = written(4);
        byte[] five = written(5);
        for (int length = four.length; length < five.length; length++) {
            MemoryDisk disk = disk(Arrays.copyOf(five, length));
            RaftJournal journal = new RaftJournal(disk);
            assertThat(journal.restored().getLogEntries()).as("length %d", length).hasSize(4);
            assertThat(journal.tornBytes()).isEqualTo(length - four.length);
            journal.persistLogEntries(List.of(entry(5)));
            journal.flush();
            assertThat(disk.bytes()).isEqualTo(five);
        }
    }

    @Test
    void aFlippedByteInTheMiddleIsRefusedWithItsPlace() throws Exception {
        byte[] good = written(5);
        int lastRecord = written(4).length;
        for (int at = 0; at < lastRecord; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 0x10;
            assertThatThrownBy(() -> new RaftJournal(disk(bad))).as("byte %d", at).isInstanceOfSatisfying(SsiException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIG);
                assertThat(e).hasMessageContaining("the journal in memory");
            });
        }
    }

    @Test
    void isRewrittenWhenMostOfItIsSuperseded() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        RaftJournal journal = new RaftJournal(disk, 2000);
        fill(journal, 3);
        for (int i = 4; i < 500; i++) {
            journal.persistLogEntries(List.of(entry(i)));
            journal.truncateLogEntriesUntil(i - 2);
            journal.flush();
        }
        assertThat(disk.bytes().length).isLessThan(2200);
        assertThat(new RaftJournal(disk).restored().getLogEntries()).extracting(LogEntry::getIndex).containsExactly(498L, 499L);
    }
}
