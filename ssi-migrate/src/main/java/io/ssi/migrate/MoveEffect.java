package io.ssi.migrate;

import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage;

/** What a daemon has to do for a move, in order. */
public sealed interface MoveEffect {
    /** Dropped when the JVM is gone. */
    record ToJvm(LinkMessage message) implements MoveEffect {}

    /** Dropped when the stream is broken. */
    record ToPeer(LinkMessage message) implements MoveEffect {}

    /** Check and fetch what is needed and start the landing JVM; leads to JvmUp or Failed. */
    record StartJvm(LinkMessage.Prepared prepared) implements MoveEffect {}

    /** End the landing JVM: it never runs the program. */
    record KillJvm() implements MoveEffect {}

    /** Ask the group for the commit; leads to Proposed or Unanswered. */
    record Propose() implements MoveEffect {}

    /** Ask the group to void this move if it is not committed; leads to Vetoed or Unanswered. */
    record Veto() implements MoveEffect {}

    /** At the source: the group has been silent for a while, all may know that nobody knows the outcome. */
    record Undecided() implements MoveEffect {}

    /** At the source after the commit: forget the process and send Depart to its JVM. */
    record HandOver() implements MoveEffect {}

    /** At the target after the commit: enter the process; leads to Adopted. */
    record Adopt() implements MoveEffect {}

    /** A Timeout after so many milliseconds instead of any earlier one, or none for 0. */
    record Wait(long millis) implements MoveEffect {}

    /** For whoever ordered the move. */
    record Tell(String step, String text) implements MoveEffect {}

    /** The move is over; failure is null if it took place. At the source the program goes on here after a failure. */
    record End(SsiException failure) implements MoveEffect {}
}
