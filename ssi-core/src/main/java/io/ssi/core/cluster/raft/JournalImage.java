package io.ssi.core.cluster.raft;

import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.log.SnapshotEntry;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RestoredRaftState;
import java.util.ArrayList;
import java.util.TreeMap;

/** What the records of a journal add up to. Its size is bounded by the group's snapshots: the log since the last two, one snapshot. */
final class JournalImage {
    RaftEndpointPersistentState endpoint;
    RaftGroupMembersView initialMembers;
    RaftTermPersistentState term;
    final TreeMap<Long, LogEntry> log = new TreeMap<>();
    final TreeMap<Long, TreeMap<Integer, SnapshotChunk>> chunks = new TreeMap<>();

    void add(SnapshotChunk chunk) {
        chunks.computeIfAbsent(chunk.getIndex(), _ -> new TreeMap<>()).put(chunk.getSnapshotChunkIndex(), chunk);
    }

    void truncateUntil(long index) {
        log.headMap(index, true).clear();
        Long complete = newestComplete();
        if (complete != null) {
            chunks.headMap(complete, false).clear();
        }
    }

    /** Null when there is none. */
    Long newestComplete() {
        for (var entry : chunks.descendingMap().entrySet()) {
            if (entry.getValue().size() == entry.getValue().firstEntry().getValue().getSnapshotChunkCount()) {
                return entry.getKey();
            }
        }
        return null;
    }

    /** Null for a journal of a node that never started. */
    RestoredRaftState restored() {
        if (endpoint == null || initialMembers == null) {
            return null;
        }
        Long index = newestComplete();
        SnapshotEntry snapshot = null;
        if (index != null) {
            SnapshotChunk first = chunks.get(index).firstEntry().getValue();
            snapshot = RaftCodec.FACTORY.createSnapshotEntryBuilder().setIndex(first.getIndex()).setTerm(first.getTerm())
                    .setSnapshotChunks(new ArrayList<>(chunks.get(index).values())).setGroupMembersView(first.getGroupMembersView()).build();
        }
        RaftTermPersistentState known = term != null ? term
                : RaftCodec.FACTORY.createRaftTermPersistentStateBuilder().setTerm(0).setVotedFor(null).build();
        var after = index == null ? log : log.tailMap(index, false);
        return new RestoredRaftState(endpoint, initialMembers, known, snapshot, new ArrayList<>(after.values()));
    }
}
