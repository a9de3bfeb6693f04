package io.ssi.migrate.node;

import io.ssi.core.cluster.Consensus;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.wire.LinkMessage;
import io.ssi.migrate.MoveEffect;
import io.ssi.migrate.MoveEvent;
import io.ssi.vproc.node.AppLink;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one of the two state machines of a move: what happens comes in as events, one after the other, and its effects are carried out. */
abstract class MoveRun {
    /** How long one question to the group may take before it is asked again. */
    private static final long GROUP_MILLIS = 15_000;
    private static final Logger LOG = LoggerFactory.getLogger(MoveRun.class);

    final Migrations.Parts parts;
    final long migration;
    private final BlockingQueue<MoveEvent> events = new LinkedBlockingQueue<>();
    /** Null in a recovery: there is no other daemon to talk to. */
    private final Frames peer;
    private volatile AppLink jvm;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    MoveRun(Migrations.Parts parts, long migration, Frames peer) {
        this.parts = parts;
        this.migration = migration;
        this.peer = peer;
    }

    /** Completed by whoever runs this, when the move is over, however it ended. */
    CompletableFuture<Void> over() {
        return over;
    }

    void post(MoveEvent event) {
        events.add(event);
    }

    /** Carries out a move to its end; null if it took place, else why not. */
    SsiException run(List<MoveEffect> first, Function<MoveEvent, List<MoveEffect>> machine) {
        List<MoveEffect> effects = first;
        long deadline = Long.MAX_VALUE;
        try {
            while (true) {
                for (MoveEffect effect : effects) {
                    Faults.before(effect, this);
                    if (effect instanceof MoveEffect.End end) {
                        return end.failure();
                    } else if (effect instanceof MoveEffect.Wait wait) {
                        deadline = wait.millis() == 0 ? Long.MAX_VALUE : System.nanoTime() + wait.millis() * 1_000_000;
                    } else {
                        carryOut(effect);
                    }
                }
                MoveEvent event = deadline == Long.MAX_VALUE ? events.take() : events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (event == null) {
                    event = new MoveEvent.Timeout();
                    deadline = Long.MAX_VALUE;
                }
                LOG.debug("move {}: {}", Long.toHexString(migration), event);
                effects = machine.apply(event);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SsiException(ErrorCode.INTERNAL, "the daemon is stopping", e);
        }
    }

    private void carryOut(MoveEffect effect) {
        try {
            switch (effect) {
                case MoveEffect.ToJvm to -> toJvm(to.message());
                case MoveEffect.ToPeer to -> toPeer(to.message());
                default -> perform(effect);
            }
        } catch (SsiException e) {
            post(new MoveEvent.Failed(e));
        } catch (RuntimeException e) {
            LOG.error("move {}: {} failed", Long.toHexString(migration), effect, e);
            post(new MoveEvent.Failed(new SsiException(ErrorCode.INTERNAL, "node " + parts.self() + ": " + e, e)));
        }
    }

    /** "source" or "target". */
    abstract String side();

    long jvmPid() {
        return jvm.osPid();
    }

    void cut() {
        peer.cut("by a test");
    }

    void hangUp() {
        jvm.close();
    }

    /** Everything but messages and time; an SsiException becomes Failed. */
    abstract void perform(MoveEffect effect);

    void toJvm(LinkMessage message) {
        if (jvm != null) {
            jvm.send(message);
        }
    }

    private void toPeer(LinkMessage message) {
        if (peer != null) {
            try {
                peer.send(message);
            } catch (IOException e) {
                post(new MoveEvent.PeerGone(String.valueOf(e.getMessage())));
            }
        }
    }

    /** Events of the JVM from now on; image chunks go past the queue, on the connection's reader thread, which may be blocked. */
    void listenToJvm(AppLink link, Consumer<LinkMessage.ImageChunk> chunks) {
        jvm = link;
        link.onMessage(message -> {
            if (message instanceof LinkMessage.OfMove of && of.migration() == migration) {
                if (of instanceof LinkMessage.ImageChunk chunk) {
                    chunks.accept(chunk);
                } else {
                    post(new MoveEvent.JvmSaid(message));
                }
            }
        });
        link.onClose(() -> post(new MoveEvent.JvmGone("ended or lost its connection in the middle of the move")));
    }

    /** Events of the other daemon from now on; image chunks go past the queue. */
    void listenToPeer(Consumer<LinkMessage.ImageChunk> chunks) {
        Thread.ofVirtual().name("ssi-move-reader").start(() -> {
            try {
                while (true) {
                    LinkMessage message = peer.next();
                    if (!(message instanceof LinkMessage.OfMove of) || of.migration() != migration) {
                        throw new SsiException(ErrorCode.BAD_FRAME, "a message of another move came");
                    }
                    if (message instanceof LinkMessage.ImageChunk chunk) {
                        chunks.accept(chunk);
                    } else {
                        post(new MoveEvent.PeerSaid(message));
                    }
                }
            } catch (IOException | SsiException e) {
                post(new MoveEvent.PeerGone(String.valueOf(e.getMessage())));
            }
        });
    }

    // ---- the group

    void propose(Consensus.Place from, NodeId to) {
        answer(parts.consensus().placeMove(from, to, migration), MoveEvent.Proposed::new);
    }

    void veto(VPid vpid, NodeId source, int incarnation) {
        answer(parts.consensus().placeVeto(vpid, source, incarnation, ThreadLocalRandom.current().nextLong()), now -> {
            if (now.isPresent() && now.get().node().equals(source) && now.get().incarnation() == incarnation) {
                return new MoveEvent.Vetoed(MoveEvent.Fate.STAYED);
            }
            boolean byThis = now.isPresent() && now.get().move() == migration && now.get().incarnation() == incarnation + 1;
            return new MoveEvent.Vetoed(byThis ? MoveEvent.Fate.MOVED : MoveEvent.Fate.OTHERWISE);
        });
    }

    private <T> void answer(CompletableFuture<T> answer, Function<T, MoveEvent> event) {
        answer.orTimeout(GROUP_MILLIS, TimeUnit.MILLISECONDS).whenComplete((value, failure) -> {
            if (failure != null) {
                LOG.warn("move {}: the group has not answered: {}", Long.toHexString(migration), failure.toString());
            }
            post(failure == null ? event.apply(value) : new MoveEvent.Unanswered(String.valueOf(failure.getMessage())));
        });
    }
}
