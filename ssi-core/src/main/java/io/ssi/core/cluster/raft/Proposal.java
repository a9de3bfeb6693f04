package io.ssi.core.cluster.raft;

/** What became of one attempt to have a command decided. leader 0: not known. */
public record Proposal(Outcome outcome, int leader, byte[] answer) {
    public enum Outcome {
        DECIDED,
        /** Not done; ask the leader. */
        NOT_LEADER,
        /** Not done; the leader cannot take it now. */
        BUSY,
        /** It may be done. */
        UNKNOWN
    }

    static Proposal not(Outcome outcome, int leader) {
        return new Proposal(outcome, leader, new byte[0]);
    }
}
