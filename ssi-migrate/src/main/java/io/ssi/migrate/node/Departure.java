package io.ssi.migrate.node;

import io.ssi.core.cluster.Consensus;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.wire.LinkMessage;
import io.ssi.migrate.MoveEffect;
import io.ssi.migrate.MoveEvent;
import io.ssi.migrate.SourceMove;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.node.ProcessRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The source's part of one move. See the package for the protocol and its crashes. Runs on a thread of its own. */
final class Departure extends MoveRun {
    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);

    private final ProcessRegistry.Local process;
    private final Consensus.Place place;
    /** Null in a recovery: then it is not known, and not needed. */
    private final NodeId target;
    private final Frames frames;
    private final Consumer<String> progress;
    private final Pause pause = new Pause();
    private volatile LinkMessage.Prepared prepared;
    private LinkMessage.ImageEnd image;
    /** Written by the connection's reader thread alone. */
    private long imageBytes;
    private boolean imageBroken;

    /** @param place where the process is, as the group has it */
    Departure(Migrations.Parts parts, long migration, ProcessRegistry.Local process, Consensus.Place place, NodeId target, Frames frames,
            Consumer<String> progress) {
        super(parts, migration, frames);
        this.process = process;
        this.place = place;
        this.target = target;
        this.frames = frames;
        this.progress = progress;
    }

    /**
     * Moves the process.
     *
     * @return the result for the user
     * @throws SsiException why it did not move; the program goes on here
     */
    String move(Duration wait) {
        SourceMove machine = new SourceMove(name(), "node " + target, migration, place.incarnation(), (int) wait.toMillis());
        listenToPeer(chunk -> { });
        listenToJvm(process.link(), this::forward);
        finish(run(machine.begin(), machine::on));
        LOG.info("process {} moved to node {} in {} us ({} bytes)", row().vpid(), target, pause.micros(), image.bytes());
        return Report.result(row().vpid().value(), parts.self().number(), target.number(), place.incarnation() + 1, pause.micros(), pause.parts(image), image);
    }

    /** The JVM came back frozen and does not know what became of its move: finds out and tells it. */
    void recover() {
        SourceMove machine = new SourceMove(name(), "another node", migration, place.incarnation(), 0);
        listenToJvm(process.link(), chunk -> { });
        try {
            finish(run(machine.recover(), machine::on));
            LOG.info("process {} had moved away when its connection broke", row().vpid());
        } catch (SsiException stayed) {
            LOG.info("process {} after its connection broke: {}", row().vpid(), stayed.getMessage());
        }
    }

    private void finish(SsiException failure) {
        // A recovery that waits for the end of this run begins only after moveOff, which would undo what it does.
        if (failure != null) {
            parts.processes().moveOff(row().vpid(), row().incarnation());
            over().complete(null);
            throw failure;
        }
        over().complete(null);
    }

    private ProcessRow row() {
        return process.row();
    }

    private String name() {
        return "process " + row().vpid();
    }

    /** A class path entry that the target may fetch. */
    Optional<LinkMessage.PathEntry> entry(int number) {
        LinkMessage.Prepared p = prepared;
        return p == null || number < 0 || number >= p.classPath().size() ? Optional.empty() : Optional.of(p.classPath().get(number));
    }

    @Override
    void post(MoveEvent event) {
        pause.mark(event);
        if (event instanceof MoveEvent.JvmSaid said) {
            if (said.message() instanceof LinkMessage.Prepared message) {
                prepared = message;
            } else if (said.message() instanceof LinkMessage.ImageEnd message) {
                image = message;
                if (imageBroken) {
                    return; // its failure is told already
                }
            }
        }
        super.post(event);
    }

    @Override
    String side() {
        return "source";
    }

    @Override
    void perform(MoveEffect effect) {
        switch (effect) {
            case MoveEffect.Propose propose -> propose(place, target);
            case MoveEffect.Veto veto -> veto(place.vpid(), parts.self(), place.incarnation());
            case MoveEffect.Undecided undecided -> parts.processes().moveUndecided(row().vpid(), row().incarnation());
            case MoveEffect.HandOver handOver -> handOver();
            case MoveEffect.Tell tell -> progress.accept(Report.step(tell.step(), tell.text()));
            default -> throw new IllegalStateException(effect.toString());
        }
    }

    /** The row is forgotten first: how this JVM ends is not the process's end any more. */
    private void handOver() {
        // Before Go: as soon as the process runs it may ask its deputy for input, or end.
        long token = departToken();
        try {
            parts.processes().release(row().vpid(), row().incarnation());
        } finally {
            toJvm(new LinkMessage.Depart(migration, token));
        }
    }

    private long departToken() {
        try {
            return parts.landings().departToken(row());
        } catch (SsiException e) {
            LOG.warn("process {} moved, but leaves no deputy: {}", row().vpid(), e.getMessage());
            return 0;
        }
    }

    /** On the connection's reader thread. */
    private void forward(LinkMessage.ImageChunk chunk) {
        if (imageBroken) {
            return;
        }
        imageBytes += chunk.bytes().length;
        try {
            parts.settings().checkImage(row().vpid(), imageBytes, parts.self());
            frames.send(chunk);
        } catch (SsiException e) {
            imageBroken = true;
            post(new MoveEvent.Failed(e));
        } catch (IOException e) {
            imageBroken = true; // the stream's reader knows by whom and why
        }
    }

    /** When what happened, for the report: from the order to freeze to the word that the program runs. Guarded by itself. */
    private static final class Pause {
        private long begun;
        private long built;
        private long committed;
        private long ended;
        private LinkMessage.Built build;
        private boolean runs;

        synchronized void mark(MoveEvent event) {
            if (runs) {
                return; // that this JVM goes away has nothing to do with it
            }
            long now = System.nanoTime();
            ended = now;
            switch (event) {
                case MoveEvent.PeerSaid(LinkMessage.LandReady ready) -> begun = now;
                case MoveEvent.PeerSaid(LinkMessage.Built message) -> {
                    built = now;
                    build = message;
                }
                case MoveEvent.Proposed proposed -> committed = now;
                case MoveEvent.Vetoed vetoed -> committed = now;
                case MoveEvent.PeerSaid(LinkMessage.Running running) -> runs = true;
                default -> { }
            }
        }

        synchronized long micros() {
            return (ended - begun) / 1000;
        }

        /** They add up to the pause: what travels until the target has built it is the transfer, what follows the commit the resumption. */
        synchronized Report.Parts parts(LinkMessage.ImageEnd image) {
            long spent = image.freezeMicros() + image.captureMicros() + image.writeMicros() + build.buildMicros();
            return new Report.Parts(image.freezeMicros(), image.captureMicros(), image.writeMicros(), Math.max(0, (built - begun) / 1000 - spent),
                    build.buildMicros(), (committed - built) / 1000, (ended - committed) / 1000);
        }
    }
}
