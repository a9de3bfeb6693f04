package io.ssi.vproc.node;

import io.ssi.core.cluster.ClusterMap;
import io.ssi.core.cluster.Consensus;
import io.ssi.core.cluster.Membership;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.wire.KeptFolder;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.Ghosts;
import io.ssi.vproc.HostEffect;
import io.ssi.vproc.HostEvent;
import io.ssi.vproc.HostTable;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.ProcessState;
import io.ssi.vproc.Signals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of this node and the view of all others. One thread owns the table of the hosted processes and does everything
 * that changes it; what comes from connections, timers and other nodes is handed to it.
 */
public final class VprocService implements ProcessRegistry, AutoCloseable {
    /** Processes one daemon takes. */
    public static final int PROCESSES_MAX = 10_000;
    private static final long TICK_MILLIS = 1_000;
    /** When a connection closed, the kernel is asked so soon whether the process ended. */
    private static final int[] LOOK_AGAIN_MILLIS = {0, 10, 50, 200, 500};
    private static final Logger LOG = LoggerFactory.getLogger(VprocService.class);

    /** What the service stands on. A node that is down for lostMillis is lost, and its processes with it; kept is for {@link KeptFolder}s. */
    public record Parts(NodeId self, String nodeName, Membership membership, ClusterMap table, Consensus consensus, VPidPool pool,
            OsProcesses os, long lostMillis, Path kept) {}

    private final Parts parts;
    private final RowView view;
    private final OwnerThread owner;
    private final Waiters waiters;
    private final Whereabouts whereabouts;
    private final List<Consumer<ProcessRow>> endListeners = new CopyOnWriteArrayList<>();
    // Below: only touched by the owner's thread.
    private final HostTable table;
    private final Map<Integer, Hosted> hosted = new HashMap<>();
    private final PlaceWriter places;
    private long ticks;

    public VprocService(Parts parts) {
        this.parts = parts;
        this.view = new RowView(parts.table());
        this.owner = new OwnerThread(parts.self());
        this.places = new PlaceWriter(owner.executor());
        this.table = new HostTable(parts.self(), System.currentTimeMillis());
        this.whereabouts = new Whereabouts(this, parts);
        this.waiters = new Waiters(view, whereabouts, System::nanoTime);
    }

    /** Starts to watch; programs may connect from now on. */
    public void start() {
        parts.table().onChange((vpid, row) -> owner.post(() -> rowChanged(vpid, row)));
        parts.table().onMerge(() -> owner.post(() -> apply(new HostEvent.Merged())));
        parts.membership().onChange(change -> owner.post(() -> nodeChanged(change)));
        owner.regularly(this::tick, TICK_MILLIS);
    }

    /** Told on a thread of its own about each process of this node that ended, after its row became a zombie. */
    void onEnd(Consumer<ProcessRow> listener) {
        endListeners.add(listener);
    }

    // ---- connections

    void born(ProcessRow row, HostLink link) {
        owner.ask(() -> {
            enter(row, link, false);
            apply(new HostEvent.Born(row));
            return null;
        });
        link.attach(new AppSession(row.vpid(), row.incarnation(), link));
    }

    /**
     * A program connected again.
     *
     * @param undecided true if it stands still in the middle of a move: then nobody knows yet whether it still lives here
     */
    void returned(ProcessRow row, HostLink link, boolean undecided) {
        owner.ask(() -> {
            Hosted present = hosted.get(row.vpid().value());
            if (present != null && present.incarnation > row.incarnation()) {
                throw stale(row.vpid(), row.incarnation(), present.incarnation, parts.self());
            }
            if (present != null && present.incarnation == row.incarnation() && present.osPid == row.osPid()) {
                present.link = link; // only the connection broke
            } else {
                enter(row, link, false);
                if (!undecided) {
                    places.tell(row.vpid(), id -> parts.consensus().placeBorn(row.vpid(), parts.self(), row.incarnation(), id));
                }
                if (!undecided || view.row(row.vpid()).filter(told -> told.incarnation() > row.incarnation()).isEmpty()) {
                    apply(new HostEvent.Readopted(row));
                }
            }
            if (undecided) {
                hosted.get(row.vpid().value()).moving = true;
                apply(new HostEvent.MoveBegun(row.vpid(), row.incarnation()));
            }
            return null;
        });
        streams.readopted(row);
        link.attach(new AppSession(row.vpid(), row.incarnation(), link));
    }

    static SsiException stale(VPid vpid, int incarnation, int current, NodeId node) {
        return new SsiException(ErrorCode.STALE_INCARNATION, "process " + vpid + " lives on node " + node + " as incarnation " + current
                + "; this JVM is incarnation " + incarnation + " and must end");
    }

    /** Everyday messages of a program. */
    private final class AppSession implements Session {
        private final VPid vpid;
        private final HostLink link;
        private final int incarnation;

        AppSession(VPid vpid, int incarnation, HostLink link) {
            this.link = link;
            this.vpid = vpid;
            this.incarnation = incarnation;
        }

        @Override
        public boolean message(LinkMessage message) {
            switch (message) {
                case LinkMessage.Report report -> owner.post(() -> find(vpid, incarnation).ifPresent(process -> {
                    process.threads = report.threads();
                    process.heapBytes = report.heapUsed();
                    sample(process);
                }));
                case LinkMessage.Exiting exiting -> {
                    streams.lastWord(vpid, incarnation, exiting.status());
                    owner.post(() -> exiting(exiting.status()));
                }
                case LinkMessage.StdinWant want -> streams.stdinWanted(vpid, incarnation, want);
                case LinkMessage.SelfMove move -> selfMoves.accept(new SelfMoveRequest(vpid, incarnation, move));
                default -> {
                    return false;
                }
            }
            return true;
        }

        /** Nothing more will come, and the JVM's end waits for the thread that reads here. */
        private void exiting(int status) {
            apply(new HostEvent.Exiting(vpid, incarnation, status));
            link.send(new LinkMessage.Exit(status, 0));
            link.close();
        }

        @Override
        public void closed() {
            owner.post(() -> find(vpid, incarnation).filter(process -> process.link == link).ifPresent(process -> {
                process.link = null;
                lookAgain(process);
            }));
        }
    }

    /** A program asked to be moved. */
    public record SelfMoveRequest(VPid vpid, int incarnation, LinkMessage.SelfMove message) {}

    private volatile Consumer<SelfMoveRequest> selfMoves = request -> { };
    private volatile HostStreams streams;

    /** Who carries out {@code Ssi.migrate}; called on the reader thread of the connection, must not block. */
    public void onSelfMove(Consumer<SelfMoveRequest> handler) {
        selfMoves = handler;
    }

    void streams(HostStreams hostStreams) {
        streams = hostStreams;
    }

    // ---- the owner's work

    private void enter(ProcessRow row, HostLink link, boolean child) {
        Hosted process = new Hosted(row, link, child);
        process.startTicks = parts.os().sample(row.osPid()).startTicks();
        hosted.put(row.vpid().value(), process);
    }

    private Optional<Hosted> find(VPid vpid, int incarnation) {
        return Optional.ofNullable(hosted.get(vpid.value())).filter(process -> process.incarnation == incarnation);
    }

    private void tick() {
        for (Hosted process : new ArrayList<>(hosted.values())) {
            sample(process);
        }
        apply(new HostEvent.Tick());
        waiters.tick();
        if (++ticks % 2 == 0) {
            Map<Integer, HostEvent.Claim> claims = view.claims();
            claims.entrySet().removeIf(each -> each.getValue().owner() == parts.self().number()
                    && streams.awaits(new VPid(each.getKey()), each.getValue().incarnation()));
            apply(new HostEvent.TableSeen(claims));
            sweep();
            whereabouts.tellOver(table.rows(), parent -> owner.post(() -> apply(new HostEvent.ParentGone(parent))));
        }
        parts.pool().fill();
    }

    private void sample(Hosted process) {
        OsProcesses.Sample now = parts.os().sample(process.osPid);
        boolean same = now.startTicks() == process.startTicks;
        if (now.alive() && same) {
            process.ends = now.exit();
            if (now.stopped() != process.stopped) {
                process.stopped = now.stopped();
                table.row(process.vpid).ifPresent(row -> streams.stopped(row, now.stopped()));
            }
            int threads = process.threads > 0 ? process.threads : now.threads();
            apply(new HostEvent.Sampled(process.vpid, process.incarnation, now.stopped(),
                    new ProcessRow.Usage(threads, now.cpuMillis(), process.heapBytes)));
        } else if (!process.child || process.childExit.isPresent()) {
            Optional<ExitStatus> seen = process.child ? process.childExit : (same ? now.exit() : Optional.<ExitStatus>empty()).or(() -> process.ends)
                    .or(() -> process.killed ? Optional.of(ExitStatus.killed(Signals.KILL)) : Optional.empty());
            ended(process, seen.orElseGet(() -> streams.unseen(process.vpid, process.incarnation)));
        }
    }

    private void ended(Hosted process, ExitStatus seen) {
        if (process.moving) {
            return; // the end of the move decides whether this was the process's end; the next look sees it again
        }
        hosted.remove(process.vpid.value(), process);
        process.failDeferred(new SsiException(ErrorCode.NO_SUCH_PROCESS, "process " + process.vpid + " has ended"));
        if (process.link != null) {
            process.link.close();
        }
        apply(new HostEvent.Gone(process.vpid, process.incarnation, seen));
    }

    private void rowChanged(int vpid, ClusterMap.Row row) {
        Optional<ProcessRow> decoded = row == null ? Optional.empty() : RowView.decode(row);
        decoded.ifPresent(waiters::changed);
        if (decoded.isPresent() && decoded.get().isZombie()) {
            apply(new HostEvent.ParentGone(vpid));
        }
    }

    /** A node that comes back may have taken this node's rows for those of the dead. */
    private void nodeChanged(Membership.Change change) {
        sweep();
        if (change.from() == Membership.State.DOWN && change.to() == Membership.State.UP) {
            apply(new HostEvent.Merged());
        }
    }

    private void sweep() {
        Map<Integer, HostEvent.Claim> claims = view.claims();
        for (int vpid : Ghosts.toRemove(parts.self().number(), parts.membership().nodes(), claims)) {
            HostEvent.Claim claim = claims.get(vpid);
            LOG.info("process {} is out of reach with node {}: its row is removed", vpid, claim.owner());
            view.remove(new VPid(vpid), claim.owner(), claim.incarnation());
        }
    }

    private void apply(HostEvent event) {
        for (HostEffect effect : table.apply(event, System.currentTimeMillis())) {
            perform(effect);
        }
    }

    private void perform(HostEffect effect) {
        switch (effect) {
            case HostEffect.PutRow put -> {
                view.putOwn(put.row());
                waiters.changed(put.row());
            }
            case HostEffect.RemoveRow remove -> view.remove(remove.vpid(), parts.self().number(), remove.incarnation());
            case HostEffect.PlaceBorn born -> places.tell(born.vpid(),
                    id -> parts.consensus().placeBorn(born.vpid(), parts.self(), 1, id));
            case HostEffect.PlaceGone gone -> places.tell(gone.vpid(), id -> parts.consensus().placeGone(gone.vpid(), gone.incarnation(), id));
            case HostEffect.Ended ended -> {
                LOG.info("process {} ended: {}", ended.row().vpid(), ended.row().exit().orElseThrow().describe());
                endListeners.forEach(listener -> Thread.startVirtualThread(() -> listener.accept(ended.row())));
            }
        }
    }

    /** Of processes that ended while there was no daemon. */
    void happened(HostEvent... events) {
        owner.post(() -> List.of(events).forEach(this::apply));
    }

    // ---- operations on hosted processes

    /** Signals a process that lives here; completes when the kernel has it, for a moving process after the move: true if it stops by it. */
    CompletableFuture<Boolean> signalHere(VPid vpid, int incarnation, int signal, String user) {
        CompletableFuture<Boolean> sent = new CompletableFuture<>();
        owner.post(() -> {
            try {
                Hosted process = find(vpid, incarnation).orElseThrow(() -> new SsiException(ErrorCode.STALE_INCARNATION,
                        "process " + vpid + " is not on node " + parts.self() + " as incarnation " + incarnation));
                if (!user.equals("root") && !user.equals(process.user)) {
                    throw new SsiException(ErrorCode.NOT_PERMITTED, "process " + vpid + " belongs to " + process.user + ", not to " + user);
                }
                if (process.moving && process.deferred.size() < Hosted.DEFERRED_MAX) {
                    process.deferred.add(new Hosted.Deferred(signal, sent));
                } else {
                    sent.complete(kill(process, signal));
                }
            } catch (SsiException refused) {
                sent.completeExceptionally(refused);
            }
        });
        return sent;
    }

    private boolean kill(Hosted process, int signal) {
        if (parts.os().sample(process.osPid).startTicks() != process.startTicks) {
            throw new SsiException(ErrorCode.NO_SUCH_PROCESS, "process " + process.vpid + " has ended");
        }
        boolean stops = parts.os().kill(process.osPid, signal);
        process.killed |= signal == Signals.KILL;
        lookAgain(process);
        return stops;
    }

    private void lookAgain(Hosted process) {
        for (int millis : LOOK_AGAIN_MILLIS) {
            owner.later(() -> find(process.vpid, process.incarnation).ifPresent(this::sample), millis);
        }
    }

    /** Tells the program's JVM something of its streams, also while it moves. It may be lost: the JVM asks, or is told, again. */
    void deliver(VPid vpid, int incarnation, LinkMessage message) {
        owner.post(() -> find(vpid, incarnation).filter(process -> process.link != null).ifPresent(process -> process.link.send(message)));
    }

    private void childEnded(VPid vpid, long osPid, ExitStatus exit) {
        owner.post(() -> Optional.ofNullable(hosted.get(vpid.value())).filter(process -> process.osPid == osPid).ifPresent(process -> {
            process.childExit = Optional.of(exit);
            sample(process);
        }));
    }

    // ---- ProcessRegistry

    @Override
    public Optional<ProcessRow> row(VPid vpid) {
        return view.row(vpid);
    }

    @Override
    public List<ProcessRow> rows() {
        return view.rows();
    }

    /** Completes with how the process ended, wherever it is; fails with NO_SUCH_PROCESS. onAway hears, once, why it is out of reach. */
    public CompletableFuture<ExitStatus> waitFor(VPid vpid, Consumer<String> onAway) {
        return waiters.waitFor(vpid, onAway);
    }

    public Whereabouts whereabouts() {
        return whereabouts;
    }

    boolean runsHere(VPid vpid, int incarnation) {
        return isHosted(vpid, incarnation) || streams.awaits(vpid, incarnation);
    }

    boolean isHosted(VPid vpid, int incarnation) {
        return owner.ask(() -> find(vpid, incarnation).isPresent());
    }

    @Override
    public Optional<Local> local(VPid vpid) {
        return owner.ask(() -> Optional.ofNullable(hosted.get(vpid.value())).filter(process -> process.link != null)
                .flatMap(process -> table.row(vpid).map(row -> new Local(row, process.link))));
    }

    @Override
    public CompletableFuture<Void> settled(VPid vpid) {
        return owner.ask(() -> places.settled(vpid));
    }

    @Override
    public Local beginMove(VPid vpid) {
        return owner.ask(() -> {
            Hosted process = hosted.get(vpid.value());
            if (process == null || process.link == null) {
                throw new SsiException(ErrorCode.NO_SUCH_PROCESS, "process " + vpid + " is not running on node " + parts.self() + "; see ssi-where " + vpid);
            }
            if (process.moving) {
                throw new SsiException(ErrorCode.MIGRATION_IN_PROGRESS, "process " + vpid + " is being moved already; wait for the end of that move");
            }
            if (parts.os().sample(process.osPid).stopped()) {
                throw new SsiException(ErrorCode.PINNED, "process " + vpid + " is stopped; let it go on by: ssi-kill -CONT " + vpid + ", or fg at its terminal");
            }
            process.moving = true;
            apply(new HostEvent.MoveBegun(vpid, process.incarnation));
            return new Local(table.row(vpid).orElseThrow(), process.link);
        });
    }

    @Override
    public void moveUndecided(VPid vpid, int incarnation) {
        owner.post(() -> find(vpid, incarnation).filter(process -> process.moving)
                .ifPresent(process -> apply(new HostEvent.MoveUndecided(vpid, incarnation))));
    }

    @Override
    public void moveOff(VPid vpid, int incarnation) {
        owner.post(() -> find(vpid, incarnation).filter(process -> process.moving).ifPresent(process -> {
            process.moving = false;
            apply(new HostEvent.MoveOff(vpid, incarnation));
            sample(process);
            for (Hosted.Deferred signal = process.deferred.poll(); signal != null; signal = process.deferred.poll()) {
                try {
                    signal.sent().complete(kill(process, signal.signal()));
                } catch (SsiException refused) {
                    signal.sent().completeExceptionally(refused);
                }
            }
        }));
    }

    @Override
    public void release(VPid vpid, int incarnation) {
        owner.ask(() -> {
            find(vpid, incarnation).ifPresent(process -> {
                hosted.remove(vpid.value());
                view.forgetOwn(vpid);
                apply(new HostEvent.Departed(vpid, incarnation));
                process.failDeferred(new SsiException(ErrorCode.STALE_INCARNATION, "process " + vpid + " has moved"));
                streams.left(vpid, incarnation);
                LOG.info("process {} left (incarnation {})", vpid, incarnation);
            });
            return null;
        });
    }

    @Override
    public ProcessRow adopt(ProcessRow before, Landing landing) {
        HostLink link = landing.connected();
        ProcessRow row = before.moved(parts.self(), landing.osPid(), landing.deputyNodeAfter(before));
        owner.ask(() -> {
            enter(row, link, landing.isChild());
            apply(new HostEvent.Arrived(row));
            return null;
        });
        if (landing.bringsOutput()) {
            streams.landed(row, landing.outputs());
        } else {
            streams.readopted(row); // an earlier life of this daemon began to read it
        }
        landing.adopted(new AppSession(row.vpid(), row.incarnation(), link));
        landing.ended().thenAccept(exit -> childEnded(row.vpid(), row.osPid(), exit));
        LOG.info("process {} arrived from node {} (incarnation {})", row.vpid(), before.node(), row.incarnation());
        return row;
    }

    /** Where a JVM of this host leaves what it has no daemon for. */
    public String kept() {
        return parts.kept().toString();
    }

    /** Numbers of this node's processes, for the status. */
    public int count() {
        return owner.ask(hosted::size);
    }

    @Override
    public void close() {
        owner.close();
    }
}
