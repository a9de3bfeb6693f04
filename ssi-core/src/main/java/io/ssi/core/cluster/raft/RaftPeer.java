package io.ssi.core.cluster.raft;

import io.microraft.MembershipChangeMode;
import io.microraft.Ordered;
import io.microraft.QueryPolicy;
import io.microraft.RaftConfig;
import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.RaftRole;
import io.microraft.exception.CannotReplicateException;
import io.microraft.exception.NotLeaderException;
import io.microraft.model.message.RaftMessage;
import io.microraft.persistence.RestoredRaftState;
import io.microraft.report.RaftGroupMembers;
import io.microraft.report.RaftNodeReport;
import io.microraft.transport.Transport;
import io.ssi.core.cluster.sys.SysListener;
import io.ssi.core.cluster.sys.SysState;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of the group: MicroRaft over a journal, a world and links. All methods may be called from any thread and none blocks;
 * the state belongs to the world's serial executor.
 */
final class RaftPeer {
    private static final Logger log = LoggerFactory.getLogger(RaftPeer.class);
    private static final int SNAPSHOT_COMMITS = 1000;
    static final int LEARNERS_MAX = RaftGroupMembers.MAX_LEARNER_COUNT;

    private final int self;
    private final RaftWorld world;
    private final RaftJournal journal; // after the start only on the serial executor
    private final SysState state;
    private final RaftNode node;
    private volatile int leaderSeen;

    /** The voters the group began with: only used when the journal is new. Every member must be told the same. */
    RaftPeer(int self, List<Integer> firstVoters, RaftJournal journal, RaftWorld world, RaftLinks links, SysListener listener, int snapshotCommits) {
        this.self = self;
        this.world = world;
        this.journal = journal;
        this.state = new SysState(listener);
        RaftConfig config = RaftConfig.newBuilder().setLeaderHeartbeatPeriodSecs(1).setLeaderHeartbeatTimeoutSecs(3)
                .setLeaderElectionTimeoutMillis(500).setCommitCountToTakeSnapshot(snapshotCommits).build();
        RaftNode.RaftNodeBuilder builder = RaftNode.newBuilder().setGroupId(RaftMessages.GROUP).setConfig(config).setExecutor(world.executor())
                .setTransport(transport(links)).setStateMachine(new SysMachine(state)).setStore(journal).setModelFactory(RaftCodec.FACTORY)
                .setClock(world.clock()).setRandom(world.random()).setRaftNodeReportListener(this::reported);
        RestoredRaftState restored = journal.restored();
        if (restored == null) {
            List<RaftEndpoint> first = new ArrayList<>();
            firstVoters.forEach(voter -> first.add(new NodeEndpoint(voter)));
            builder.setLocalEndpoint(new NodeEndpoint(self)).setInitialGroupMembers(first);
        } else {
            int known = NodeEndpoint.number(restored.getLocalEndpointPersistentState().getLocalEndpoint());
            if (known != self) {
                throw new SsiException(ErrorCode.BAD_CONFIG, "the Raft journal belongs to node " + known + ", this is node " + self
                        + "; do not copy state folders between nodes");
            }
            builder.setRestoredState(restored);
        }
        node = builder.build();
    }

    RaftPeer(int self, List<Integer> firstVoters, RaftJournal journal, RaftWorld world, RaftLinks links, SysListener listener) {
        this(self, firstVoters, journal, world, links, listener, SNAPSHOT_COMMITS);
    }

    private Transport transport(RaftLinks links) {
        return new Transport() {
            @Override
            public void send(RaftEndpoint to, RaftMessage message) {
                try {
                    RaftMessage mended = SnapshotEdge.sent(message, to.equals(node.getTerm().getLeaderEndpoint()), journal.snapshotIndex());
                    if (mended != null) {
                        links.send(NodeEndpoint.number(to), RaftMessages.encode(mended));
                    }
                } catch (IOException e) {
                    log.error("a Raft message to node {} could not be written", NodeEndpoint.number(to), e);
                }
            }

            @Override
            public boolean isReachable(RaftEndpoint endpoint) {
                return links.isUp(NodeEndpoint.number(endpoint));
            }
        };
    }

    CompletableFuture<Void> start() {
        return node.start().thenApply(_ -> null);
    }

    CompletableFuture<Void> stop() {
        return node.terminate().thenApply(_ -> null);
    }

    /** A frame of another member; garbage is dropped with a line in the log. */
    void received(byte[] frame) {
        try {
            RaftMessage message = RaftMessages.decode(frame);
            world.serial().execute(() -> SnapshotEdge.received(message, journal.snapshotIndex()).forEach(node::handle));
        } catch (IOException e) {
            log.warn("dropped a Raft message of {} bytes: {}", frame.length, e.getMessage());
        }
    }

    /** The leader as far as this member knows; 0 when it knows none. */
    int leader() {
        return NodeEndpoint.number(node.getTerm().getLeaderEndpoint());
    }

    /** As the log has it, committed or not: that is who must agree, and after a restart nothing is known to be committed yet. */
    List<Integer> voters() {
        return numbers(node.getEffectiveMembers().getVotingMembers());
    }

    List<Integer> members() {
        return numbers(node.getEffectiveMembers().getMembers());
    }

    /** Only members follow the log; of more than {@value #LEARNERS_MAX} nodes that do not vote the others stay outside. */
    boolean isMember() {
        return node.getEffectiveMembers().getMembers().contains(node.getLocalEndpoint());
    }

    List<Integer> firstVoters() {
        return numbers(node.getInitialMembers().getVotingMembers());
    }

    private static List<Integer> numbers(Iterable<RaftEndpoint> endpoints) {
        TreeSet<Integer> numbers = new TreeSet<>();
        endpoints.forEach(endpoint -> numbers.add(NodeEndpoint.number(endpoint)));
        return List.copyOf(numbers);
    }

    /** One attempt here: decided if this member leads. A read is linearizable. Never fails exceptionally. */
    CompletableFuture<Proposal> propose(byte[] command, boolean read) {
        CompletableFuture<Ordered<byte[]>> future = read
                ? node.query(command, QueryPolicy.LINEARIZABLE, Optional.empty(), Optional.empty())
                : node.replicate(command);
        return future.handle((ordered, failure) -> failure == null
                ? new Proposal(Proposal.Outcome.DECIDED, self, ordered.getResult())
                : Proposal.not(outcome(failure, read), leader()));
    }

    private static Proposal.Outcome outcome(Throwable failure, boolean read) {
        Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null ? wrapped.getCause() : failure;
        return switch (cause) {
            case NotLeaderException _ -> Proposal.Outcome.NOT_LEADER;
            case CannotReplicateException _ -> Proposal.Outcome.BUSY;
            // A read changes nothing, so it is simply asked again.
            default -> read ? Proposal.Outcome.BUSY : Proposal.Outcome.UNKNOWN;
        };
    }

    /** What the state is, read on its own thread. */
    CompletableFuture<byte[]> snapshot() {
        CompletableFuture<byte[]> done = new CompletableFuture<>();
        world.serial().execute(() -> done.complete(state.snapshot()));
        return done;
    }

    void transferLeadership(int to) {
        node.transferLeadership(new NodeEndpoint(to)).exceptionally(failure -> {
            log.debug("leadership was not given to node {}", to, failure);
            return null;
        });
    }

    /**
     * If this member leads: makes at most one step from the present members towards the right ones. The first registered nodes vote,
     * 1, 3 or 5 of them (two of two); at most two more learn. Who votes stays a voter while it is registered: a node that is
     * down may come back with votes it gave.
     */
    void adjustMembers(IntPredicate up) {
        world.serial().execute(() -> {
            if (leader() == self) {
                node.getReport().thenAccept(report -> adjust(report.getResult(), up));
            }
        });
    }

    private void adjust(RaftNodeReport report, IntPredicate up) {
        if (report.getRole() != RaftRole.LEADER || report.getEffectiveMembers().getLogIndex() != report.getCommittedMembers().getLogIndex()) {
            return;
        }
        MemberPlan.Step step = MemberPlan.next(state.nodes().keySet(), voters(), members(), up, number -> caughtUp(report, number));
        if (step == null) {
            return;
        }
        MembershipChangeMode mode = switch (step.kind()) {
            case ADD -> MembershipChangeMode.ADD_LEARNER;
            case PROMOTE -> MembershipChangeMode.ADD_OR_PROMOTE_TO_FOLLOWER;
            case REMOVE -> MembershipChangeMode.REMOVE_MEMBER;
        };
        node.changeMembership(new NodeEndpoint(step.node()), mode, report.getCommittedMembers().getLogIndex()).whenComplete((_, failure) -> {
            if (failure == null) {
                log.info("Raft group: {} node {}, voters are now {}", step.kind().done, step.node(), voters());
            } else {
                log.debug("Raft group: node {} was not {}, will try again", step.node(), step.kind().done, failure);
            }
        });
    }

    private static boolean caughtUp(RaftNodeReport report, int number) {
        Map<RaftEndpoint, Long> match = report.getLog().getFollowerMatchIndices();
        return match.getOrDefault(new NodeEndpoint(number), 0L) >= Math.max(1, report.getLog().getCommitIndex() - SNAPSHOT_COMMITS);
    }

    private void reported(RaftNodeReport report) {
        int leader = NodeEndpoint.number(report.getTerm().getLeaderEndpoint());
        if (leader != 0 && leader != leaderSeen) {
            log.info("node {} leads the Raft group in term {}", leader, report.getTerm().getTerm());
        } else if (leader == 0 && leaderSeen != 0) {
            log.info("the Raft group has no leader that this node knows (term {})", report.getTerm().getTerm());
        }
        leaderSeen = leader;
    }
}
