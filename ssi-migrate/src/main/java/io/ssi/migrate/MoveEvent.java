package io.ssi.migrate;

import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage;
import java.util.List;

/** What can happen to a move, at either of its two daemons. "JVM" is the one on the daemon's own host, "peer" the other daemon. */
public sealed interface MoveEvent {
    /** The landing JVM connected; its class path in the source's words. */
    record JvmUp(List<String> classPath) implements MoveEvent {}

    record JvmSaid(LinkMessage message) implements MoveEvent {}

    /** It ended, or its connection broke. */
    record JvmGone(String cause) implements MoveEvent {}

    record PeerSaid(LinkMessage message) implements MoveEvent {}

    /** The stream between the daemons broke or was closed. */
    record PeerGone(String cause) implements MoveEvent {}

    /** Something the daemon itself had to do for the move failed. */
    record Failed(SsiException cause) implements MoveEvent {}

    /** The group's answer to the proposal. */
    record Proposed(boolean accepted) implements MoveEvent {}

    /** The group's answer to the veto. */
    record Vetoed(Fate fate) implements MoveEvent {}

    /** Neither proposal nor veto was answered: it may have been taken or not. */
    record Unanswered(String cause) implements MoveEvent {}

    /** The process is entered at the target and its terminal is ready. */
    record Adopted(int incarnation, byte[] row) implements MoveEvent {}

    /** The time of the last {@link MoveEffect.Wait} is over. */
    record Timeout() implements MoveEvent {}

    /** Where a process is after a veto. */
    enum Fate {
        /** At the source, and no move begun before the veto can take it away any more. */
        STAYED,
        /** This very move was committed. */
        MOVED,
        /** Neither: another move was committed, or the process ended. */
        OTHERWISE
    }
}
