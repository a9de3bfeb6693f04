package io.ssi.migrate.node;

import io.ssi.core.cluster.Consensus;
import io.ssi.core.cluster.Membership;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.ByteStream;
import io.ssi.core.net.Transport;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.ProcessState;
import io.ssi.vproc.RowCodec;
import io.ssi.vproc.node.Landing;
import io.ssi.vproc.node.Landings;
import io.ssi.vproc.node.MigrationService;
import io.ssi.vproc.node.ProcessRegistry;
import io.ssi.vproc.node.VprocService;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes orders to move processes, wherever they live: an order for a process of another node goes there. Thread-safe; each
 * order has a virtual thread.
 */
public final class Migrations implements MigrationService {
    /** Everything the coordinator works with. */
    public record Parts(NodeId self, Transport transport, Consensus consensus, Membership membership, ProcessRegistry processes,
            Landings landings, Settings settings) {}

    private static final int RECENT_MAX = 100;
    private static final Duration SELF_MOVE_WAIT = Duration.ofSeconds(5);
    private static final int FETCH_MAX = 1 << 20;
    private static final long KNOWN_MILLIS = 15_000;
    private static final long EXPLAIN_MILLIS = 30_000;
    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    private final Parts parts;
    private final SecureRandom random = new SecureRandom();
    private final Map<Long, Departure> departures = new ConcurrentHashMap<>();
    private final Map<Long, Arrival> arrivals = new ConcurrentHashMap<>();
    /** Newest last, as JSON. Guarded by itself. */
    private final Deque<String> recent = new ArrayDeque<>();

    /** Registers with the transport; nothing moves before the first order. */
    public Migrations(Parts parts) {
        this.parts = parts;
        parts.transport().accept(MigrateMessages.LandHeader.class, this::land);
        parts.transport().accept(MigrateMessages.OrderHeader.class, this::order);
        parts.transport().serve(MigrateMessages.FetchRequest.class, this::fetch);
    }

    @Override
    public CompletableFuture<String> migrate(VPid vpid, NodeId target, String user, Duration wait, Consumer<String> progress) {
        return inBackground(() -> migrateHere(row(vpid, user), target, user, wait, progress));
    }

    @Override
    public CompletableFuture<String> explain(VPid vpid, String user, Duration wait) {
        return inBackground(() -> explainHere(row(vpid, user), user, wait));
    }

    /** A program asks to be moved itself; a refusal goes back to it. */
    public void selfMove(VprocService.SelfMoveRequest request) {
        inBackground(() -> {
            NodeId target;
            try {
                target = new NodeId(request.message().node());
            } catch (IllegalArgumentException e) {
                throw new SsiException(ErrorCode.NO_SUCH_NODE, e.getMessage(), e);
            }
            ProcessRow row = parts.processes().row(request.vpid())
                    .orElseThrow(() -> new SsiException(ErrorCode.NO_SUCH_PROCESS, "process " + request.vpid() + " is not known yet; try again"));
            return migrateHere(row, target, row.user(), SELF_MOVE_WAIT, step -> { });
        }).whenComplete((result, failure) -> {
            if (failure != null) {
                SsiException reason = reason(failure);
                parts.processes().local(request.vpid()).ifPresent(local -> local.link().send(
                        new LinkMessage.SelfMoveRefused(request.message().request(), reason.code().number(), reason.getMessage())));
            }
        });
    }

    @Override
    public String recent() {
        synchronized (recent) {
            return "[" + String.join(",", recent) + "]";
        }
    }

    private static CompletableFuture<String> inBackground(Callable<String> order) {
        CompletableFuture<String> result = new CompletableFuture<>();
        Thread.ofVirtual().name("ssi-move").start(() -> {
            try {
                result.complete(order.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static SsiException reason(Throwable failure) {
        Throwable cause = failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof SsiException known ? known : new SsiException(ErrorCode.INTERNAL, cause.toString(), cause);
    }

    // ---- orders

    private ProcessRow row(VPid vpid, String user) {
        ProcessRow row = parts.processes().row(vpid).filter(r -> r.state() != ProcessState.ZOMBIE)
                .orElseThrow(() -> new SsiException(ErrorCode.NO_SUCH_PROCESS, "there is no process " + vpid + "; ssi-ps shows all"));
        if (!user.equals("root") && !user.equals(row.user())) {
            throw new SsiException(ErrorCode.NOT_PERMITTED, "process " + vpid + " belongs to " + row.user() + ", not to " + user);
        }
        return row;
    }

    private String migrateHere(ProcessRow row, NodeId target, String user, Duration wait, Consumer<String> progress) throws IOException {
        checkTarget(row, target);
        if (!row.node().equals(parts.self())) {
            return forward(row, target.number(), user, wait, progress);
        }
        parts.settings().checkWait(wait, parts.self());
        try {
            String result = depart(row.vpid(), target, wait, progress);
            remember(result);
            return result;
        } catch (SsiException e) {
            LOG.info("process {} does not move to node {}: {}", row.vpid(), target, e.getMessage());
            remember(Report.refusal(row.vpid().value(), target.number(), e.getMessage()));
            throw e;
        }
    }

    private String depart(VPid vpid, NodeId target, Duration wait, Consumer<String> progress) {
        get(parts.processes().settled(vpid), "the cluster to know process " + vpid);
        ProcessRegistry.Local local = parts.processes().beginMove(vpid);
        long migration = newNumber();
        Consensus.Place place;
        Frames frames;
        try {
            place = place(local.row());
            frames = new Frames(parts.transport().open(target, new MigrateMessages.LandHeader(migration, RowCodec.encode(local.row()))));
        } catch (RuntimeException e) {
            parts.processes().moveOff(vpid, local.row().incarnation());
            throw e;
        }
        try (frames) {
            Departure departure = new Departure(parts, migration, local, place, target, frames, progress);
            departures.put(migration, departure);
            return departure.move(wait);
        } finally {
            departures.remove(migration);
        }
    }

    private long newNumber() {
        return random.nextLong() | 1; // never 0
    }

    /** The place as the Raft group has it; a process it does not know yet cannot move. */
    private Consensus.Place place(ProcessRow row) {
        VPid vpid = row.vpid();
        Consensus.Place place = get(parts.consensus().place(vpid), "the place of process " + vpid)
                .orElseThrow(() -> new SsiException(ErrorCode.NO_SUCH_PROCESS, "process " + vpid + " has ended"));
        if (!place.node().equals(parts.self()) || place.incarnation() != row.incarnation()) {
            throw new SsiException(ErrorCode.STALE_INCARNATION, "process " + vpid + " is on node " + place.node() + " by now; ask again");
        }
        return place;
    }

    // ---- JVMs that come back in the middle of a move

    /** The JVM of a process connected again with its image sent and no word of the outcome. It is entered, as moving. */
    public void sourceReturned(ProcessRegistry.Local local, long migration) {
        inBackground(() -> {
            awaitEnd(migration);
            ProcessRow row = local.row();
            Consensus.Place here = new Consensus.Place(row.vpid(), parts.self(), row.incarnation(), 0, 0);
            new Departure(parts, migration, local, here, null, null, step -> { }).recover();
            return "";
        }).whenComplete(Migrations::logFailure);
    }

    /** A landing connected again, built and without a word of the outcome. */
    public void landingReturned(Landing landing, ProcessRow before, long migration) {
        inBackground(() -> {
            awaitEnd(migration);
            new Arrival(parts, before.node(), migration, before, null).recover(landing);
            return "";
        }).whenComplete(Migrations::logFailure);
    }

    /** The move may still go on in this daemon, if only the connection broke. */
    private void awaitEnd(long migration) {
        for (MoveRun active : new MoveRun[] {departures.get(migration), arrivals.get(migration)}) {
            if (active != null) {
                active.over().join();
            }
        }
    }

    private static void logFailure(String done, Throwable failure) {
        if (failure != null) {
            LOG.error("a move could not be resolved", failure);
        }
    }

    private void remember(String entry) {
        synchronized (recent) {
            recent.addLast(entry);
            if (recent.size() > RECENT_MAX) {
                recent.removeFirst();
            }
        }
    }

    private void checkTarget(ProcessRow row, NodeId target) {
        Membership.Node node = parts.membership().nodes().stream().filter(n -> n.id().equals(target)).findAny()
                .orElseThrow(() -> new SsiException(ErrorCode.NO_SUCH_NODE, "there is no node " + target + "; ssi-cluster shows all"));
        if (row.node().equals(target)) {
            throw new SsiException(ErrorCode.ALREADY_THERE, "process " + row.vpid() + " is on node " + target + " already");
        }
        if (node.state() != Membership.State.UP) {
            throw new SsiException(ErrorCode.NODE_DOWN, "node " + target + " (" + node.name() + ") is " + node.state()
                    + "; choose one that is UP, ssi-cluster shows them");
        }
    }

    private String explainHere(ProcessRow row, String user, Duration wait) throws IOException {
        if (!row.node().equals(parts.self())) {
            return forward(row, 0, user, wait, step -> { });
        }
        parts.settings().checkWait(wait, parts.self());
        ProcessRegistry.Local local = parts.processes().beginMove(row.vpid());
        try {
            long migration = newNumber();
            CompletableFuture<LinkMessage.Explained> explained = new CompletableFuture<>();
            local.link().onMessage(message -> {
                if (message instanceof LinkMessage.Explained answer && answer.migration() == migration) {
                    explained.complete(answer);
                } else if (message instanceof LinkMessage.Cannot cannot && cannot.migration() == migration) {
                    explained.completeExceptionally(new SsiException(ErrorCode.of(cannot.code()), String.join("\n", cannot.reasons())));
                }
            });
            local.link().onClose(() -> explained.completeExceptionally(
                    new SsiException(ErrorCode.PEER_LOST, "process " + row.vpid() + " ended while it was looked at")));
            local.link().send(new LinkMessage.Explain(migration, (int) wait.toMillis()));
            return Report.explanation(get(explained, wait.toMillis() + EXPLAIN_MILLIS, "process " + row.vpid()));
        } finally {
            parts.processes().moveOff(row.vpid(), local.row().incarnation());
        }
    }

    // ---- orders from and to other nodes

    private String forward(ProcessRow row, int target, String user, Duration wait, Consumer<String> progress) throws IOException {
        try (Frames frames = new Frames(parts.transport().open(row.node(),
                new MigrateMessages.OrderHeader(row.vpid().value(), target, user, (int) wait.toMillis())))) {
            while (true) {
                switch (frames.next()) {
                    case LinkMessage.AdminProgress step -> progress.accept(step.json());
                    case LinkMessage.AdminReply reply when reply.code() == 0 -> {
                        return reply.json();
                    }
                    case LinkMessage.AdminReply reply -> throw new SsiException(ErrorCode.of(reply.code()), reply.message());
                    default -> throw new SsiException(ErrorCode.BAD_FRAME, "node " + row.node() + " answered something else");
                }
            }
        }
    }

    private void order(NodeId from, MigrateMessages.OrderHeader header, ByteStream stream) throws IOException {
        try (Frames frames = new Frames(stream)) {
            LinkMessage.AdminReply reply;
            try {
                VPid vpid = new VPid(header.vpid());
                ProcessRow row = parts.processes().local(vpid).map(ProcessRegistry.Local::row)
                        .orElseThrow(() -> new SsiException(ErrorCode.STALE_INCARNATION, "process " + vpid + " has just left node " + parts.self()
                                + "; ask again"));
                row(vpid, header.user());
                Duration wait = Duration.ofMillis(header.waitMillis());
                String result = header.target() == 0 ? explainHere(row, header.user(), wait)
                        : migrateHere(row, new NodeId(header.target()), header.user(), wait, step -> tell(frames, step));
                reply = new LinkMessage.AdminReply(0, "", result);
            } catch (RuntimeException e) {
                SsiException reason = reason(e);
                reply = new LinkMessage.AdminReply(reason.code().number(), reason.getMessage(), "");
            }
            frames.send(reply);
        }
    }

    /** Whoever asked may be gone; the move goes on. */
    private static void tell(Frames frames, String step) {
        try {
            frames.send(new LinkMessage.AdminProgress(step));
        } catch (IOException e) {
            LOG.debug("progress is not wanted any more: {}", e.getMessage());
        }
    }

    // ---- as target and as source of files

    private void land(NodeId from, MigrateMessages.LandHeader header, ByteStream stream) {
        try (Frames frames = new Frames(stream)) {
            Arrival arrival = new Arrival(parts, from, header.migration(), RowCodec.decode(header.row()), frames);
            arrivals.put(header.migration(), arrival);
            arrival.land();
        } finally {
            arrivals.remove(header.migration());
        }
    }

    private byte[] fetch(NodeId from, MigrateMessages.FetchRequest request) throws IOException {
        Departure departure = departures.get(request.migration());
        LinkMessage.PathEntry entry = Optional.ofNullable(departure).flatMap(each -> each.entry(request.entry()))
                .orElseThrow(() -> new SsiException(ErrorCode.NOT_PERMITTED, "class path entry " + request.entry() + " is of no process that moves"));
        return parts.settings().classPaths().read(entry, request.inside(), request.offset(), Math.min(request.max(), FETCH_MAX));
    }

    static <T> T get(CompletableFuture<T> future, String what) {
        return get(future, KNOWN_MILLIS, what);
    }

    private static <T> T get(CompletableFuture<T> future, long millis, String what) {
        try {
            return future.get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | CompletionException e) {
            throw e.getCause() instanceof SsiException known ? known : new SsiException(ErrorCode.INTERNAL, what + ": " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new SsiException(ErrorCode.NO_QUORUM, "waited " + millis + " ms for " + what
                    + " without an answer; are more than half of the voting nodes up? see ssi-cluster", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SsiException(ErrorCode.INTERNAL, "the daemon is stopping", e);
        }
    }
}
