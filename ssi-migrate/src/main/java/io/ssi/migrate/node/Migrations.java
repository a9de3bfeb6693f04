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
import io.ssi.vproc.node.Landings;
import io.ssi.vproc.node.MigrationService;
import io.ssi.vproc.node.ProcessRegistry;
import io.ssi.vproc.node.VprocService;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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
    private static final long EXPLAIN_MILLIS = 30_000;
    private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

    private final Parts parts;
    private final SecureRandom random = new SecureRandom();
    private final Map<Long, Departure> departures = new ConcurrentHashMap<>();
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
        long migration = random.nextLong() | 1; // never 0
        Departure departure = new Departure(parts, migration, row, target, wait, progress);
        departures.put(migration, departure);
        try {
            String result = departure.run();
            remember(result);
            return result;
        } catch (SsiException e) {
            LOG.info("process {} does not move to node {}: {}", row.vpid(), target, e.getMessage());
            remember("{\"vpid\":" + row.vpid() + ",\"to\":" + target + ",\"refused\":" + Report.quoted(e.getMessage()) + "}");
            throw e;
        } finally {
            departures.remove(migration);
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
        ProcessRegistry.Local local = parts.processes().beginMove(row.vpid());
        try {
            long migration = random.nextLong() | 1;
            Conversation source = new Conversation(local.link(), "process " + row.vpid(), migration, chunk -> { });
            source.send(new LinkMessage.Explain(migration, (int) wait.toMillis()));
            return Report.explanation(source.await(LinkMessage.Explained.class, wait.toMillis() + EXPLAIN_MILLIS));
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
            new Arrival(parts, from, header.migration(), RowCodec.decode(header.row()), header.placeIncarnation(), frames).run();
        }
    }

    private byte[] fetch(NodeId from, MigrateMessages.FetchRequest request) throws IOException {
        Departure departure = departures.get(request.migration());
        if (departure == null || !departure.offers(request.path())) {
            throw new SsiException(ErrorCode.NOT_PERMITTED, request.path() + " is not on the class path of a process that moves");
        }
        try (RandomAccessFile file = new RandomAccessFile(request.path(), "r")) {
            file.seek(request.offset());
            byte[] part = new byte[(int) Math.max(0, Math.min(Math.min(request.max(), FETCH_MAX), file.length() - request.offset()))];
            file.readFully(part);
            return part;
        }
    }
}
