package io.ssi.core.cluster.raft;

import static io.ssi.core.cluster.raft.RaftCodec.FACTORY;

import io.microraft.model.log.LogEntry;
import io.microraft.model.message.AppendEntriesFailureResponse;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.AppendEntriesSuccessResponse;
import io.microraft.model.message.RaftMessage;
import java.util.List;

/**
 * Mends a follower of MicroRaft 0.7 (mended there by its pull request 54, which no published version holds). After a restart from a
 * snapshot at S with entries behind it, the follower can no longer tell the term of entry S, refuses every append that follows S, and
 * so keeps entries that were never committed, for good. But what is in a snapshot is committed, hence in the log of every later leader:
 * an append that follows S matches. So a refusal up to S becomes the agreement up to S that it should have been, and of entries that
 * follow S the first goes in by an append that follows nothing, which MicroRaft compares with what stands there; the rest follows that one.
 * The term of the sender is looked at by MicroRaft each time.
 */
final class SnapshotEdge {
    /** Flow control numbers of leaders are 0 and more: an answer with this one is to a message that the leader did not send. */
    private static final long NOBODYS = -1;

    private SnapshotEdge() {}

    /** The messages to handle in place of this one. */
    static List<RaftMessage> received(RaftMessage message, long snapshotIndex) {
        if (!(message instanceof AppendEntriesRequest append) || snapshotIndex == 0 || append.getPreviousLogIndex() != snapshotIndex
                || append.getLogEntries().isEmpty()) {
            return List.of(message);
        }
        LogEntry first = append.getLogEntries().getFirst();
        List<LogEntry> rest = append.getLogEntries().subList(1, append.getLogEntries().size());
        return List.of(append(append, 0, 0).setLogEntries(List.of(first)).setCommitIndex(0).setFlowControlSequenceNumber(NOBODYS).build(),
                append(append, first.getIndex(), first.getTerm()).setLogEntries(rest).setCommitIndex(append.getCommitIndex())
                        .setQuerySequenceNumber(append.getQuerySequenceNumber())
                        .setFlowControlSequenceNumber(append.getFlowControlSequenceNumber()).build());
    }

    private static AppendEntriesRequest.AppendEntriesRequestBuilder append(AppendEntriesRequest like, long previousIndex, int previousTerm) {
        return FACTORY.createAppendEntriesRequestBuilder().setGroupId(like.getGroupId()).setSender(like.getSender()).setTerm(like.getTerm())
                .setPreviousLogIndex(previousIndex).setPreviousLogTerm(previousTerm);
    }

    /** The message to send in place of this one, null for none. To others than the leader of its term a refusal stays one: it tells them that they lead no more. */
    static RaftMessage sent(RaftMessage message, boolean toLeader, long snapshotIndex) {
        return switch (message) {
            case AppendEntriesSuccessResponse answer when answer.getFlowControlSequenceNumber() == NOBODYS -> null;
            case AppendEntriesFailureResponse refusal when toLeader && refusal.getExpectedNextIndex() > 0
                    && refusal.getExpectedNextIndex() <= snapshotIndex + 1 ->
                FACTORY.createAppendEntriesSuccessResponseBuilder().setGroupId(refusal.getGroupId()).setSender(refusal.getSender())
                        .setTerm(refusal.getTerm()).setLastLogIndex(snapshotIndex).setQuerySequenceNumber(refusal.getQuerySequenceNumber())
                        .setFlowControlSequenceNumber(refusal.getFlowControlSequenceNumber()).build();
            default -> message;
        };
    }
}
