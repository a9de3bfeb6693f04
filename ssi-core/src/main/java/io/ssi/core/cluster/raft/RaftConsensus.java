package io.ssi.core.cluster.raft;

import io.ssi.core.cluster.Consensus;
import io.ssi.core.cluster.sys.SysAnswer;
import io.ssi.core.cluster.sys.SysCodec;
import io.ssi.core.cluster.sys.SysCommand;
import io.ssi.core.cluster.sys.SysListener;
import io.ssi.core.cluster.sys.SysState;
import io.ssi.core.env.SystemEnv;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The group's member of this daemon: one thread, one journal file. */
public final class RaftConsensus implements Consensus, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RaftConsensus.class);
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final Duration ADJUST = Duration.ofMillis(200);
    private static final Duration READ_REGISTER = Duration.ofSeconds(1);
    private static final long STOP_SECONDS_MAX = 2;

    private final int self;
    private final SystemEnv env;
    private final ExecutorService serial;
    private final RaftJournal journal;
    private final RaftPeer peer;
    private final Proposer proposer;
    private final List<Consumer<Place>> placeListeners = new CopyOnWriteArrayList<>();
    private final IntPredicate up;
    private final BiConsumer<Integer, SysState.NodeRow> onNode;
    private volatile SortedMap<Integer, SysState.NodeRow> register = new TreeMap<>(); // as it was read last, outside of the group
    private volatile boolean closed;

    /** onNode hears (number, row) and (number, null), one at a time; it must not block. */
    public RaftConsensus(int self, List<Integer> firstVoters, JournalFile file, RaftLinks links, SystemEnv env, int timeScale,
            BiConsumer<Integer, SysState.NodeRow> onNode) throws IOException {
        this.self = self;
        this.env = env;
        this.up = links::isUp;
        this.onNode = onNode;
        serial = Executors.newSingleThreadExecutor(task -> Thread.ofPlatform().daemon().name("ssi-raft").unstarted(task));
        journal = new RaftJournal(file);
        if (journal.tornBytes() > 0) {
            log.warn("{}: cut off {} bytes of an unfinished record; the last stop was not in order", file, journal.tornBytes());
        }
        RaftWorld world = new RaftWorld(env, this::serial, timeScale, new Random());
        peer = new RaftPeer(self, firstVoters, journal, world, links, new SysListener() {
            @Override
            public void node(int number, SysState.NodeRow node) {
                onNode.accept(number, node);
            }

            @Override
            public void place(int vpid, SysState.PlaceState place) {
                if (place != null) {
                    Place moved = new Place(new VPid(vpid), new NodeId(place.node()), place.incarnation(), place.attempt(), place.byRequest());
                    placeListeners.forEach(listener -> listener.accept(moved));
                }
            }
        });
        proposer = new Proposer(self, peer, links, env, DEADLINE);
    }

    private void serial(Runnable task) {
        try {
            serial.execute(task);
        } catch (RejectedExecutionException e) {
            log.trace("dropped a task after the stop", e);
        }
    }

    /** Runs from here on; the future is done when the member runs, which says nothing about a leader. */
    public CompletableFuture<Void> start() {
        return peer.start().thenRun(this::adjustLater).thenRun(this::readRegisterLater);
    }

    private void adjustLater() {
        if (!closed) {
            peer.adjustMembers(up);
            env.timers().after(ADJUST, this::adjustLater);
        }
    }

    /** Nothing comes by itself to a node outside of the group, so it asks who is there. */
    private void readRegisterLater() {
        if (closed) {
            return;
        }
        CompletableFuture<SysAnswer> asked = peer.isMember() ? CompletableFuture.completedFuture(new SysAnswer.Done()) : proposer.propose(new SysCommand.ReadNodes());
        asked.whenComplete((answer, _) -> {
            if (answer instanceof SysAnswer.Nodes nodes) {
                SysState.tell(register, nodes.rows(), onNode::accept);
                register = nodes.rows();
            }
            env.timers().after(READ_REGISTER, this::readRegisterLater);
        });
    }

    public void received(byte[] frame) {
        peer.received(frame);
    }

    /** One attempt on this node, for another node that asks. */
    public CompletableFuture<Proposal> attempt(byte[] command) {
        return peer.propose(command, SysCodec.command(command).isRead());
    }

    public CompletableFuture<Integer> register(UUID uuid, String name, String address, long requestId) {
        return proposer.propose(new SysCommand.RegisterNode(requestId, uuid, name, address)).thenApply(answer -> ((SysAnswer.Number) answer).value());
    }

    public CompletableFuture<Void> remove(NodeId node, long requestId) {
        return proposer.propose(new SysCommand.RemoveNode(requestId, node.number())).thenApply(_ -> null);
    }

    public List<Integer> firstVoters() {
        return peer.firstVoters();
    }

    public List<Integer> voters() {
        return peer.voters();
    }

    public List<Integer> members() {
        return peer.members();
    }

    /** If this node leads, another voter that is up shall lead instead; returns at once. */
    public void giveLeadershipAway() {
        if (peer.leader() == self) {
            peer.voters().stream().filter(voter -> voter != self && up.test(voter)).findFirst().ifPresent(peer::transferLeadership);
        }
    }

    @Override
    public CompletableFuture<Integer> nextVPidBlock(NodeId origin, int count, long requestId) {
        return proposer.propose(new SysCommand.VPidBlock(requestId, origin.number(), count)).thenApply(answer -> ((SysAnswer.Number) answer).value());
    }

    @Override
    public CompletableFuture<Void> placeBorn(VPid vpid, NodeId node, int incarnation, long requestId) {
        return proposer.propose(new SysCommand.PlaceBorn(requestId, vpid.value(), node.number(), incarnation)).thenApply(_ -> null);
    }

    @Override
    public CompletableFuture<Boolean> placeMove(Place from, NodeId to, long requestId) {
        return proposer.propose(new SysCommand.PlaceMove(requestId, from.vpid().value(), from.node().number(), from.incarnation(), from.attempt(),
                to.number())).thenApply(answer -> ((SysAnswer.Decided) answer).yes());
    }

    @Override
    public CompletableFuture<Optional<Place>> placeVeto(VPid vpid, NodeId node, int incarnation, long requestId) {
        return proposer.propose(new SysCommand.PlaceVeto(requestId, vpid.value(), node.number(), incarnation)).thenApply(answer -> place(vpid, answer));
    }

    @Override
    public CompletableFuture<Void> placeGone(VPid vpid, int incarnation, long requestId) {
        return proposer.propose(new SysCommand.PlaceGone(requestId, vpid.value(), incarnation)).thenApply(_ -> null);
    }

    @Override
    public CompletableFuture<Optional<Place>> place(VPid vpid) {
        return proposer.propose(new SysCommand.ReadPlace(vpid.value())).thenApply(answer -> place(vpid, answer));
    }

    private static Optional<Place> place(VPid vpid, SysAnswer answer) {
        return answer instanceof SysAnswer.PlaceRow row
                ? Optional.of(new Place(vpid, new NodeId(row.node()), row.incarnation(), row.attempt(), row.byRequest())) : Optional.empty();
    }

    @Override
    public Optional<NodeId> leader() {
        int leader = proposer.leader();
        return leader == 0 ? Optional.empty() : Optional.of(new NodeId(leader));
    }

    @Override
    public void onPlace(Consumer<Place> listener) {
        placeListeners.add(listener);
    }

    @Override
    public void close() {
        closed = true;
        try {
            peer.stop().get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
            serial.shutdown();
            if (!serial.awaitTermination(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                log.warn("the Raft thread still works after {} s", STOP_SECONDS_MAX);
            }
            journal.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            log.warn("the Raft member did not stop in order: {}", e.toString());
        } finally {
            serial.shutdownNow();
        }
    }
}
