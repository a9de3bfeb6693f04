package io.ssi.migrate;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage;
import java.util.List;

/**
 * One move at the daemon of its source, as a pure state machine: it alone proposes the commit. The protocol with its crashes is
 * told in {@link io.ssi.migrate.node}. Not thread-safe.
 */
public final class SourceMove extends MoveMachine {
    private enum State { PREPARING, LANDING, FREEZING, BUILDING, DECIDING, CONFIRMING, UNDOING, ENDED }

    private static final long ANSWER_MILLIS = 30_000;
    private static final long LAND_MILLIS = 150_000;
    /** What capture and write may take beyond the wait for pins. */
    private static final long IMAGE_MILLIS = 600_000;
    private static final long BUILD_MILLIS = 600_000;
    private static final long CONFIRM_MILLIS = 15_000;
    static final long ASK_AGAIN_MILLIS = 500;
    /** A group that has a leader answers far sooner. */
    private static final long SILENCE_MILLIS = 2_000;

    private final String process;
    private final String target;
    private final long migration;
    private final int incarnation;
    private final int waitMillis;
    private State state = State.PREPARING;
    /** The target cannot be counted on any more: if the group has not committed yet, it shall not. */
    private boolean targetLost;
    private boolean jvmGone;
    /** The group owes an answer. */
    private boolean asked;
    private boolean undecided;
    private SsiException failure;

    /**
     * @param process its name in sentences, as is the target's
     * @param incarnation of the process at the source
     */
    public SourceMove(String process, String target, long migration, int incarnation, int waitMillis) {
        this.process = process;
        this.target = target;
        this.migration = migration;
        this.incarnation = incarnation;
        this.waitMillis = waitMillis;
    }

    /** The first effects of a move. */
    public List<MoveEffect> begin() {
        tell("prepare", target + " prepares a JVM; the program runs on");
        toJvm(new LinkMessage.Prepare(migration));
        await(State.PREPARING, ANSWER_MILLIS, process + " to tell what it needs");
        return taken();
    }

    /** The first effects when a JVM comes back frozen and nobody knows what became of its move: only the group can tell. */
    public List<MoveEffect> recover() {
        targetLost = true;
        decide();
        return taken();
    }

    public List<MoveEffect> on(MoveEvent event) {
        switch (state) {
            case PREPARING, LANDING, FREEZING, BUILDING -> beforeProposal(event);
            case DECIDING -> deciding(event);
            case CONFIRMING -> confirming(event);
            case UNDOING -> undoing(event);
            case ENDED -> { }
        }
        return taken();
    }

    private void beforeProposal(MoveEvent event) {
        switch (event) {
            case MoveEvent.JvmSaid(LinkMessage.Prepared prepared) when state == State.PREPARING -> {
                toPeer(prepared);
                await(State.LANDING, LAND_MILLIS, target + " to start a JVM");
            }
            case MoveEvent.PeerSaid(LinkMessage.LandReady ready) when state == State.LANDING -> {
                tell("freeze", "the program stops");
                toJvm(new LinkMessage.Freeze(migration, waitMillis));
                await(State.FREEZING, waitMillis + IMAGE_MILLIS, process + " to write its image");
            }
            case MoveEvent.JvmSaid(LinkMessage.ImageEnd end) when state == State.FREEZING -> {
                toPeer(end);
                await(State.BUILDING, BUILD_MILLIS, target + " to build the image");
            }
            case MoveEvent.PeerSaid(LinkMessage.Built built) when state == State.BUILDING -> {
                decide();
            }
            case MoveEvent.JvmSaid(LinkMessage.Cannot cannot) -> undo(reason(process, cannot), false);
            case MoveEvent.PeerSaid(LinkMessage.Cannot cannot) -> undo(reason(target, cannot), true);
            case MoveEvent.JvmSaid said -> undo(unexpected(process, said.message()), true);
            case MoveEvent.PeerSaid said -> undo(unexpected(target, said.message()), true);
            case MoveEvent.JvmGone gone -> undo(lost(process + " " + gone.cause()), false);
            case MoveEvent.PeerGone gone -> undo(lost("the connection to " + target + " broke (" + gone.cause() + "); " + process + " goes on here"), true);
            case MoveEvent.Failed failed -> undo(failed.cause(), true);
            case MoveEvent.Timeout timeout -> undo(new SsiException(ErrorCode.TIMEOUT, "waited too long for " + awaited() + "; " + process
                    + " goes on here"), true);
            default -> { }
        }
    }

    private void decide() {
        await(State.DECIDING, SILENCE_MILLIS, "the group");
        ask();
    }

    /** Whichever of proposal and veto the group takes first decides; only its answer ends this. */
    private void ask() {
        asked = true;
        effect(targetLost ? new MoveEffect.Veto() : new MoveEffect.Propose());
    }

    private void deciding(MoveEvent event) {
        switch (event) {
            case MoveEvent.Proposed proposed when proposed.accepted() -> handOver();
            // A veto, or our own commit, forgotten by now after a long silence: the veto's answer tells them apart.
            case MoveEvent.Proposed refused -> effect(new MoveEffect.Veto());
            case MoveEvent.Vetoed(MoveEvent.Fate fate) when fate == MoveEvent.Fate.STAYED ->
                    undo(lost(target + " gave the move up; " + process + " goes on here"), !jvmGone);
            case MoveEvent.Vetoed(MoveEvent.Fate fate) when fate == MoveEvent.Fate.MOVED -> handOver();
            // Somebody else has or had it: this copy must not run, and the target's must not either.
            case MoveEvent.Vetoed elsewhere -> {
                toPeer(new LinkMessage.Cannot(migration, ErrorCode.STALE_INCARNATION.number(), List.of(process + " is elsewhere")));
                effect(new MoveEffect.HandOver());
                failure = lost(process + " is not on this node any more; see ssi-where");
                end();
            }
            case MoveEvent.Unanswered unanswered -> {
                asked = false;
                sayUndecided(unanswered.cause());
                await(State.DECIDING, ASK_AGAIN_MILLIS, "the group");
            }
            case MoveEvent.Timeout silence when asked -> sayUndecided("no answer for " + SILENCE_MILLIS + " ms");
            case MoveEvent.Timeout again -> ask();
            case MoveEvent.PeerGone gone -> targetLost = true;
            case MoveEvent.PeerSaid(LinkMessage.Cannot cannot) -> targetLost = true;
            case MoveEvent.JvmGone gone -> jvmGone = true;
            default -> { }
        }
    }

    private void sayUndecided(String cause) {
        if (!undecided) {
            undecided = true;
            tell("commit", "the outcome of the commit is not known (" + cause + "); the program waits until it is, ssi-ps shows it as undecided");
            effect(new MoveEffect.Undecided());
        }
    }

    private void handOver() {
        tell("go", "committed; the program goes on on " + target);
        effect(new MoveEffect.HandOver());
        toPeer(new LinkMessage.Go(migration, incarnation + 1, new byte[0]));
        if (targetLost) {
            end();
        } else {
            await(State.CONFIRMING, CONFIRM_MILLIS, target + " to run the program");
        }
    }

    private void confirming(MoveEvent event) {
        switch (event) {
            case MoveEvent.PeerSaid said -> end();
            case MoveEvent.PeerGone gone -> end();
            case MoveEvent.Timeout timeout -> end();
            default -> { }
        }
    }

    /** The target is told first: it may end the landing without asking the group. */
    private void undo(SsiException cause, boolean jvmWaits) {
        failure = cause;
        toPeer(new LinkMessage.Cannot(migration, ErrorCode.INTERNAL.number(), List.of("the source called the move off: " + cause.getMessage())));
        if (jvmWaits && state != State.PREPARING && state != State.LANDING) {
            toJvm(new LinkMessage.Resume(migration));
            await(State.UNDOING, ANSWER_MILLIS, "");
        } else {
            end();
        }
    }

    private void undoing(MoveEvent event) {
        switch (event) {
            // What it refused for itself is the cause; the target may have stumbled over the same image and spoken first.
            case MoveEvent.JvmSaid(LinkMessage.Cannot cannot) -> failure = reason(process, cannot);
            case MoveEvent.JvmSaid(LinkMessage.Resumed resumed) -> end();
            case MoveEvent.JvmGone gone -> end();
            case MoveEvent.Timeout timeout -> end();
            default -> { }
        }
    }

    private void end() {
        state = State.ENDED;
        effect(new MoveEffect.End(failure));
    }

    private void await(State next, long millis, String whom) {
        state = next;
        await(millis, whom);
    }


    private void tell(String step, String text) {
        effect(new MoveEffect.Tell(step, text));
    }


    static SsiException reason(String who, LinkMessage.Cannot cannot) {
        return new SsiException(ErrorCode.of(cannot.code()), cannot.reasons().isEmpty() ? who + " gave no reason" : String.join("\n", cannot.reasons()));
    }

    private static SsiException lost(String what) {
        return new SsiException(ErrorCode.PEER_LOST, what);
    }

    static SsiException unexpected(String who, LinkMessage message) {
        return new SsiException(ErrorCode.BAD_FRAME, who + " said " + message.getClass().getSimpleName() + " out of turn; the move is off");
    }
}
