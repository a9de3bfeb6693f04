package io.ssi.migrate.node;

import io.ssi.core.cluster.Consensus;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.RowCodec;
import io.ssi.vproc.node.ProcessRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One move, driven from the source. See the package for the protocol and its crashes. Runs on a thread of its own. */
final class Departure {
    private static final long ANSWER_MILLIS = 30_000;
    private static final long START_MILLIS = 60_000;
    private static final long KNOWN_MILLIS = 15_000;
    private static final long ASK_AGAIN_MILLIS = 500;
    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);

    private final Migrations.Parts parts;
    private final long migration;
    private final ProcessRow row;
    private final NodeId target;
    private final Duration wait;
    private final Consumer<String> progress;
    private volatile LinkMessage.Prepared prepared;
    private boolean freezing;
    /** The commit was proposed and its outcome is not known. */
    private boolean proposed;
    /** On the connection's reader thread until the image is complete. */
    private volatile long imageBytes;
    private volatile IOException broken;

    Departure(Migrations.Parts parts, long migration, ProcessRow row, NodeId target, Duration wait, Consumer<String> progress) {
        this.parts = parts;
        this.migration = migration;
        this.row = row;
        this.target = target;
        this.wait = wait;
        this.progress = progress;
    }

    /** True for a file the target may fetch. */
    boolean offers(String path) {
        LinkMessage.Prepared p = prepared;
        return p != null && p.classPath().stream().anyMatch(entry -> entry.path().equals(path));
    }

    /** @return the result for the user; after an exception the program goes on here */
    String run() {
        Consensus.Place place = place();
        ProcessRegistry.Local local = parts.processes().beginMove(row.vpid());
        boolean moved = false;
        try (Frames frames = new Frames(parts.transport().open(target,
                new MigrateMessages.LandHeader(migration, RowCodec.encode(local.row()), place.incarnation())))) {
            Conversation source = new Conversation(local.link(), "process " + row.vpid(), migration, chunk -> forward(frames, chunk));
            try {
                String result = move(frames, source, local, place);
                moved = true;
                return result;
            } finally {
                if (!moved && !proposed) {
                    undo(frames, source);
                }
            }
        } catch (IOException e) {
            throw new SsiException(ErrorCode.PEER_LOST, "the connection to node " + target + " broke (" + e.getMessage() + "); process "
                    + row.vpid() + " goes on here", e);
        } finally {
            if (!moved && !proposed) {
                parts.processes().moveOff(row.vpid(), local.row().incarnation());
            }
        }
    }

    /** The place as the Raft group has it; a process it does not know yet cannot move. */
    private Consensus.Place place() {
        get(parts.processes().settled(row.vpid()), "the cluster to know process " + row.vpid());
        Consensus.Place place = get(parts.consensus().place(row.vpid()), "the place of process " + row.vpid())
                .orElseThrow(() -> new SsiException(ErrorCode.NO_SUCH_PROCESS, "process " + row.vpid() + " has ended"));
        if (!place.node().equals(parts.self())) {
            throw new SsiException(ErrorCode.STALE_INCARNATION, "process " + row.vpid() + " is on node " + place.node() + " by now; ask again");
        }
        return place;
    }

    private String move(Frames frames, Conversation source, ProcessRegistry.Local local, Consensus.Place place) throws IOException {
        tell("prepare", "node " + target + " prepares a JVM; the program runs on");
        source.send(new LinkMessage.Prepare(migration));
        prepared = source.await(LinkMessage.Prepared.class, ANSWER_MILLIS);
        frames.send(prepared);
        frames.next(LinkMessage.LandReady.class);
        tell("freeze", "the program stops");
        long begun = System.nanoTime();
        freezing = true;
        source.send(new LinkMessage.Freeze(migration, (int) wait.toMillis()));
        LinkMessage.ImageEnd image = source.await(LinkMessage.ImageEnd.class, wait.toMillis() + START_MILLIS);
        checkImage();
        frames.send(image);
        LinkMessage.Built built = frames.next(LinkMessage.Built.class);
        long builtAt = System.nanoTime();
        CompletableFuture<LinkMessage.Running> confirmed = confirmation(frames);
        source.requirePresent();
        if (!commit(place, confirmed)) {
            throw new SsiException(ErrorCode.PEER_LOST, "node " + target + " gave the move up; process " + row.vpid() + " goes on here");
        }
        long committed = System.nanoTime();
        long resume = goOn(frames, source, local, place, confirmed);
        long ended = System.nanoTime();
        long spent = image.freezeMicros() + image.captureMicros() + image.writeMicros() + built.buildMicros();
        Report.Parts split = new Report.Parts(image.freezeMicros(), image.captureMicros(), image.writeMicros(),
                Math.max(0, (builtAt - begun) / 1000 - spent), built.buildMicros(), (committed - builtAt) / 1000, resume);
        long pause = (ended - begun) / 1000;
        LOG.info("process {} moved to node {} in {} us ({} bytes)", row.vpid(), target, pause, image.bytes());
        return Report.result(row.vpid().value(), parts.self().number(), target.number(), place.incarnation() + 1, pause, split, image);
    }

    private void checkImage() throws IOException {
        if (imageBytes > parts.settings().imageBytesMax()) {
            throw new SsiException(ErrorCode.LIMIT, "the image of process " + row.vpid() + " has " + imageBytes + " bytes, above the limit of "
                    + parts.settings().imageBytesMax() + "; raise image-bytes-max");
        }
        if (broken != null) {
            throw broken;
        }
    }

    private void forward(Frames frames, LinkMessage.ImageChunk chunk) {
        imageBytes = imageBytes + chunk.bytes().length;
        if (broken != null || imageBytes > parts.settings().imageBytesMax()) {
            return; // the rest is not wanted any more
        }
        try {
            frames.send(chunk);
        } catch (IOException e) {
            broken = e;
        }
    }

    /** What the target says next; fails when the stream breaks, and then its landing is not to be counted on any more. */
    private static CompletableFuture<LinkMessage.Running> confirmation(Frames frames) {
        CompletableFuture<LinkMessage.Running> confirmed = new CompletableFuture<>();
        Thread.ofVirtual().name("ssi-confirmation").start(() -> {
            try {
                confirmed.complete(frames.next(LinkMessage.Running.class));
            } catch (IOException | RuntimeException e) {
                confirmed.completeExceptionally(e);
            }
        });
        return confirmed;
    }

    /**
     * The compare-and-set; asked again under the same id until its outcome is known. Once the target is out of reach the
     * place is vetoed instead: whichever of the two the group takes first decides.
     */
    private boolean commit(Consensus.Place place, CompletableFuture<LinkMessage.Running> confirmed) {
        boolean told = false;
        proposed = true;
        while (true) {
            try {
                boolean reachable = !confirmed.isCompletedExceptionally();
                boolean decided = get(parts.consensus().placeMove(place, reachable ? target : parts.self(), reachable ? migration : ~migration),
                        "the commit");
                if (decided) {
                    proposed = reachable;
                    return reachable;
                }
                Consensus.Place now = get(parts.consensus().place(row.vpid()), "the place of process " + row.vpid()).orElse(null);
                // Only a place that is still here says that the move did not happen; a process that is gone has run elsewhere.
                boolean here = now != null && now.node().equals(parts.self());
                proposed = !here;
                return !here;
            } catch (SsiException e) {
                // Whatever it was: the proposal may have been taken. Only an answer ends this.
                told = explainWait(told, e);
            }
        }
    }

    private boolean explainWait(boolean told, RuntimeException e) {
        if (!told) {
            tell("commit", "the outcome of the commit is not known (" + e.getMessage() + "); the program waits until it is");
            LOG.warn("process {}: the commit of its move to node {} is not known: {}", row.vpid(), target, e.getMessage());
        }
        try {
            Thread.sleep(ASK_AGAIN_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the daemon stopped before the commit was known", interrupted);
        }
        return true;
    }

    /** After the commit nothing here may fail the move: the process is the target's. */
    private long goOn(Frames frames, Conversation source, ProcessRegistry.Local local, Consensus.Place place,
            CompletableFuture<LinkMessage.Running> confirmed) {
        tell("go", "committed; the program goes on on node " + target);
        // Before Go: as soon as the process runs it may ask its deputy for input, or end.
        long token = departToken(local);
        long resume = 0;
        try {
            frames.send(new LinkMessage.Go(migration, place.incarnation() + 1));
        } catch (IOException e) {
            LOG.warn("process {}: node {} will read the commit from the group: {}", row.vpid(), target, e.getMessage());
        }
        source.send(new LinkMessage.Depart(migration, token));
        parts.processes().release(row.vpid(), local.row().incarnation());
        try {
            resume = get(confirmed, "node " + target + " to run process " + row.vpid()).resumeMicros();
        } catch (SsiException e) {
            LOG.warn("process {}: node {} did not confirm that it runs: {}", row.vpid(), target, e.getMessage());
        }
        return resume;
    }

    private long departToken(ProcessRegistry.Local local) {
        try {
            return parts.landings().departToken(local.row());
        } catch (SsiException e) {
            LOG.warn("process {} moved, but leaves no deputy: {}", row.vpid(), e.getMessage());
            return 0;
        }
    }

    /** The target is told first: it may end the landing without asking the group. */
    private void undo(Frames frames, Conversation source) {
        try {
            frames.send(new LinkMessage.Cannot(migration, ErrorCode.INTERNAL.number(), List.of("the source called the move off")));
        } catch (IOException e) {
            LOG.debug("process {}: node {} will ask the group: {}", row.vpid(), target, e.getMessage());
        }
        if (freezing) {
            source.send(new LinkMessage.Resume(migration));
            try {
                source.await(LinkMessage.Resumed.class, ANSWER_MILLIS);
            } catch (SsiException e) {
                LOG.debug("process {} after a failed move: {}", row.vpid(), e.getMessage());
            }
        }
    }

    private void tell(String step, String text) {
        progress.accept(Report.step(step, text));
    }

    static <T> T get(CompletableFuture<T> future, String what) {
        try {
            return future.get(KNOWN_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | CompletionException e) {
            throw e.getCause() instanceof SsiException known ? known : new SsiException(ErrorCode.INTERNAL, what + ": " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new SsiException(ErrorCode.NO_QUORUM, "waited " + KNOWN_MILLIS + " ms for " + what
                    + " without an answer; are more than half of the voting nodes up? see ssi-cluster", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SsiException(ErrorCode.INTERNAL, "the daemon is stopping", e);
        }
    }

    static LinkMessage.Cannot cannot(long migration, SsiException e) {
        return new LinkMessage.Cannot(migration, e.code().number(), List.of(e.getMessage()));
    }
}
