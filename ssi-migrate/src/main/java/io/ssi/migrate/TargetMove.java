package io.ssi.migrate;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage;
import java.util.List;

/**
 * One move at the daemon of its target, as a pure state machine: it follows the source, and asks the group when the source falls
 * silent after the image was built. The protocol with its crashes is told in {@link io.ssi.migrate.node}. Not thread-safe.
 */
public final class TargetMove extends MoveMachine {
    private enum State { AWAITING, STARTING, LOADING, BUILDING, BUILT, DECIDING, GOING, ENDED }

    private static final long LOAD_MILLIS = 60_000;
    private static final long BUILD_MILLIS = 600_000;
    private static final long RUN_MILLIS = 30_000;

    private final String process;
    private final long migration;
    /** The row as the source has it, for the landing to keep. */
    private final byte[] row;
    private State state = State.AWAITING;
    private List<String> classes = List.of();
    private long heapUsed;
    private boolean jvmGone;

    public TargetMove(String process, long migration, byte[] row) {
        this.process = process;
        this.migration = migration;
        this.row = row;
    }

    /** The first effects when a built landing comes back to a daemon that knows nothing of its move. */
    public List<MoveEffect> recover() {
        state = State.DECIDING;
        effect(new MoveEffect.Veto());
        return taken();
    }

    public List<MoveEffect> on(MoveEvent event) {
        switch (state) {
            case AWAITING, STARTING, LOADING, BUILDING -> beforeBuilt(event);
            case BUILT -> built(event);
            case DECIDING -> deciding(event);
            case GOING -> going(event);
            case ENDED -> { }
        }
        return taken();
    }

    private void beforeBuilt(MoveEvent event) {
        switch (event) {
            case MoveEvent.PeerSaid(LinkMessage.Prepared prepared) when state == State.AWAITING -> {
                classes = prepared.classes();
                heapUsed = prepared.heapUsed();
                await(State.STARTING, 0, "");
                effect(new MoveEffect.StartJvm(prepared));
            }
            case MoveEvent.JvmUp up when state == State.STARTING -> {
                effect(new MoveEffect.ToJvm(new LinkMessage.Land(migration, up.classPath(), classes, heapUsed, row)));
                await(State.LOADING, LOAD_MILLIS, "the landing JVM to load the classes");
            }
            case MoveEvent.JvmSaid(LinkMessage.LandReady ready) when state == State.LOADING -> {
                effect(new MoveEffect.ToPeer(ready));
                await(State.BUILDING, 0, "");
            }
            case MoveEvent.PeerSaid(LinkMessage.ImageEnd end) when state == State.BUILDING -> {
                effect(new MoveEffect.ToJvm(end));
                await(State.BUILDING, BUILD_MILLIS, "the landing JVM to build the image");
            }
            case MoveEvent.JvmSaid(LinkMessage.Built built) when state == State.BUILDING -> {
                effect(new MoveEffect.ToPeer(built));
                await(State.BUILT, 0, "");
            }
            case MoveEvent.JvmSaid(LinkMessage.Cannot cannot) -> refuse(SourceMove.reason("the landing JVM of " + process, cannot));
            case MoveEvent.JvmSaid said -> refuse(SourceMove.unexpected("the landing JVM of " + process, said.message()));
            case MoveEvent.JvmGone gone -> refuse(new SsiException(ErrorCode.CANNOT_START, "the landing JVM of " + process + " " + gone.cause()));
            case MoveEvent.Failed failed -> refuse(failed.cause());
            case MoveEvent.Timeout timeout -> refuse(new SsiException(ErrorCode.TIMEOUT, "waited too long for " + awaited()));
            case MoveEvent.PeerSaid(LinkMessage.Cannot off) -> giveUp();
            case MoveEvent.PeerSaid said -> refuse(SourceMove.unexpected("the source of " + process, said.message()));
            case MoveEvent.PeerGone gone -> giveUp();
            default -> { }
        }
    }

    private void built(MoveEvent event) {
        switch (event) {
            case MoveEvent.PeerSaid(LinkMessage.Go go) -> adopt();
            case MoveEvent.PeerSaid said -> giveUp();
            case MoveEvent.PeerGone gone -> {
                state = State.DECIDING;
                effect(new MoveEffect.Veto());
            }
            case MoveEvent.JvmGone gone -> {
                // The source still has the program; but it may have proposed already, so its answer is waited for.
                jvmGone = true;
                effect(new MoveEffect.ToPeer(new LinkMessage.Cannot(migration, ErrorCode.CANNOT_START.number(),
                        List.of("the landing JVM of " + process + " " + gone.cause()))));
            }
            default -> { }
        }
    }

    private void deciding(MoveEvent event) {
        switch (event) {
            case MoveEvent.Vetoed(MoveEvent.Fate fate) when fate == MoveEvent.Fate.MOVED -> adopt();
            case MoveEvent.Vetoed otherwise -> giveUp();
            case MoveEvent.Unanswered unanswered -> await(State.DECIDING, SourceMove.ASK_AGAIN_MILLIS, "the group");
            case MoveEvent.Timeout timeout -> effect(new MoveEffect.Veto());
            case MoveEvent.JvmGone gone -> jvmGone = true;
            default -> { }
        }
    }

    /** Committed. A process whose JVM has just died is adopted too: then its end is told as any other. */
    private void adopt() {
        effect(new MoveEffect.Adopt());
        await(State.GOING, 0, "");
    }

    private void going(MoveEvent event) {
        switch (event) {
            case MoveEvent.Adopted adopted when !jvmGone -> {
                effect(new MoveEffect.ToJvm(new LinkMessage.Go(migration, adopted.incarnation(), adopted.row())));
                await(State.GOING, RUN_MILLIS, "the program to run");
            }
            case MoveEvent.JvmSaid(LinkMessage.Running running) -> {
                effect(new MoveEffect.ToPeer(running));
                end(null);
            }
            case MoveEvent.Adopted dead -> end(null);
            case MoveEvent.Failed failed -> end(failed.cause());
            case MoveEvent.JvmGone gone -> end(null);
            case MoveEvent.Timeout timeout -> end(null);
            default -> { }
        }
    }

    private void refuse(SsiException cause) {
        effect(new MoveEffect.ToPeer(new LinkMessage.Cannot(migration, cause.code().number(), List.of(cause.getMessage()))));
        effect(new MoveEffect.KillJvm());
        end(cause);
    }

    private void giveUp() {
        effect(new MoveEffect.KillJvm());
        end(new SsiException(ErrorCode.PEER_LOST, process + " stays where it is"));
    }

    private void end(SsiException failure) {
        state = State.ENDED;
        effect(new MoveEffect.End(failure));
    }

    private void await(State next, long millis, String what) {
        state = next;
        await(millis, what);
    }

}
