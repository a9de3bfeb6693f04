package io.ssi.core.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.cluster.sys.SysAnswer;
import io.ssi.core.cluster.sys.SysCodec;
import io.ssi.core.cluster.sys.SysCommand;
import io.ssi.core.cluster.sys.SysListener;
import io.ssi.core.cluster.sys.SysState;
import io.ssi.core.env.SimulatedEnv;
import io.ssi.core.id.VPid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * A group of members and a node outside of it in one thread under virtual time: messages are late, lost, doubled and cut off, members crash and come back from
 * their disks, while clients on every node ask for blocks and move the same processes. At the end all heals and what was
 * acknowledged must be there.
 */
final class RaftSimulation {
    private static final List<Integer> VOTERS = List.of(1, 2, 3);
    /** The last one is outside of the group. */
    private static final int NODES = VOTERS.size() + 1;
    private static final int PROCESSES = 4;
    private static final int SNAPSHOT_COMMITS = 20;
    private static final int COMPACT_BYTES = 4096;
    private static final Duration TROUBLE = Duration.ofSeconds(12);
    private static final Duration HEALED = Duration.ofSeconds(12);

    private record Move(int vpid, int fromIncarnation, int to) {}

    private final class Node {
        final int number;
        final MemoryDisk disk = new MemoryDisk();
        RaftPeer peer;
        Proposer proposer;
        int life;
        boolean running;

        Node(int number) {
            this.number = number;
        }

        void start() throws IOException {
            int mine = ++life;
            running = true;
            RaftWorld world = new RaftWorld(env, task -> env.executor().execute(() -> {
                if (life == mine && running) {
                    task.run();
                }
            }), 4, new Random(random.nextLong()));
            Links links = new Links(number);
            peer = new RaftPeer(number, VOTERS, new RaftJournal(disk, COMPACT_BYTES), world, links, new Witness(), SNAPSHOT_COMMITS);
            proposer = new Proposer(number, peer, links, env, Duration.ofSeconds(3));
            peer.start();
        }

        void crash() {
            running = false;
            disk.crash(random);
        }
    }

    /** Every member tells where it saw a process; two members must never tell different things of one incarnation. */
    private final class Witness implements SysListener {
        @Override
        public void node(int number, SysState.NodeRow node) { }

        @Override
        public void place(int vpid, SysState.PlaceState place) {
            if (place != null) {
                Integer before = seen.put(vpid + "#" + place.incarnation(), place.node());
                if (before != null && before != place.node()) {
                    violations.add("process " + vpid + " incarnation " + place.incarnation() + " on nodes " + before + " and " + place.node());
                }
            }
        }
    }

    private final class Links implements RaftLinks {
        private final int self;

        Links(int self) {
            this.self = self;
        }

        @Override
        public boolean isUp(int node) {
            return nodes.get(node).running && !cuts.contains(pair(self, node));
        }

        @Override
        public void send(int node, byte[] frame) {
            int copies = random.nextInt(100) < lossPercent ? 0 : random.nextInt(100) < 3 ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                carry(self, node, () -> nodes.get(node).peer.received(frame));
            }
        }

        @Override
        public CompletableFuture<Proposal> propose(int node, byte[] command, int waitMillis) {
            CompletableFuture<Proposal> answer = new CompletableFuture<>();
            boolean read = SysCodec.command(command).isRead();
            if (random.nextInt(100) >= lossPercent) {
                carry(self, node, () -> nodes.get(node).peer.propose(command, read).thenAccept(made -> {
                    if (random.nextInt(100) >= lossPercent) {
                        carry(node, self, () -> answer.complete(made));
                    }
                }));
            }
            env.timers().after(Duration.ofMillis(waitMillis), () -> answer.completeExceptionally(new IOException("no answer")));
            return answer;
        }

        @Override
        public List<Integer> others() {
            return nodes.keySet().stream().filter(node -> node != self).toList();
        }
    }

    private final long seed;
    private final SimulatedEnv env;
    private final SplittableRandom random;
    private final Map<Integer, Node> nodes = new HashMap<>();
    private final Set<Integer> cuts = new HashSet<>();
    private final Map<String, Integer> seen = new HashMap<>();
    private final Set<Integer> blockStarts = new HashSet<>();
    private final List<Move> won = new ArrayList<>();
    // Collected, because whoever calls us back swallows what we throw.
    private final List<String> violations = new ArrayList<>();
    private int lossPercent = 5;
    private long requests;
    private boolean calm;
    int decided;

    RaftSimulation(long seed) {
        this.seed = seed;
        env = new SimulatedEnv(seed);
        random = new SplittableRandom(seed ^ 0x5DEECE66DL);
    }

    private static int pair(int one, int other) {
        return Math.min(one, other) * 100 + Math.max(one, other);
    }

    private void carry(int from, int to, Runnable arrival) {
        if (cuts.contains(pair(from, to))) {
            return;
        }
        int life = nodes.get(to).life;
        Duration delay = Duration.ofNanos(1_000L * (200 + (random.nextInt(50) == 0 ? random.nextInt(400_000) : random.nextInt(3_000))));
        env.timers().after(delay, () -> {
            if (nodes.get(to).running && nodes.get(to).life == life && !cuts.contains(pair(from, to))) {
                arrival.run();
            }
        });
    }

    void run() {
        try {
            for (int i = 1; i <= NODES; i++) {
                nodes.put(i, new Node(i));
            }
            for (Node node : nodes.values()) {
                node.start();
            }
            env.run(Duration.ofSeconds(3));
            prepare();
            nodes.keySet().forEach(this::clientLater);
            troubleLater();
            env.run(TROUBLE);
            calm = true;
            heal();
            env.run(HEALED);
            check();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void prepare() {
        for (int i = 1; i <= NODES; i++) {
            surely(new SysCommand.RegisterNode(++requests, new UUID(seed, i), "n" + i, "10.0.0." + i + ":1"));
        }
        for (int i = 1; i <= PROCESSES; i++) {
            surely(new SysCommand.PlaceBorn(++requests, VPid.PER_NODE + i, 1, 1));
        }
    }

    /** Asks until it is decided: messages are lost from the beginning on. */
    private void surely(SysCommand command) {
        CompletableFuture<SysAnswer> asked;
        do {
            asked = propose(1, command);
            while (!asked.isDone()) {
                env.run(Duration.ofMillis(100));
            }
        } while (asked.isCompletedExceptionally());
    }

    private CompletableFuture<SysAnswer> propose(int node, SysCommand command) {
        return nodes.get(node).proposer.propose(command);
    }

    private void clientLater(int node) {
        env.timers().after(Duration.ofMillis(20 + random.nextInt(150)), () -> {
            if (!calm) {
                if (nodes.get(node).running) {
                    ask(node);
                }
                clientLater(node);
            }
        });
    }

    private void ask(int node) {
        if (random.nextInt(3) == 0) {
            int count = 10;
            propose(node, new SysCommand.VPidBlock(++requests, 1, count)).thenAccept(answer -> decided++);
            propose(node, new SysCommand.VPidBlock(++requests, 2, count)).thenAccept(answer -> {
                if (!blockStarts.add(((SysAnswer.Number) answer).value())) {
                    violations.add("block " + answer + " given twice");
                }
            });
            return;
        }
        int vpid = VPid.PER_NODE + 1 + random.nextInt(PROCESSES);
        propose(node, new SysCommand.ReadPlace(vpid)).thenAccept(answer -> {
            if (answer instanceof SysAnswer.PlaceRow row) {
                int to = row.node() % NODES + 1;
                propose(node, new SysCommand.PlaceMove(++requests, vpid, row.node(), row.incarnation(), row.attempt(), to)).thenAccept(moved -> {
                    decided++;
                    if (((SysAnswer.Decided) moved).yes()) {
                        won.add(new Move(vpid, row.incarnation(), to));
                    }
                });
            }
        });
    }

    private void troubleLater() {
        env.timers().after(Duration.ofMillis(100 + random.nextInt(900)), () -> {
            if (!calm) {
                trouble();
                troubleLater();
            }
        });
    }

    private void trouble() {
        Node node = nodes.get(1 + random.nextInt(NODES));
        switch (random.nextInt(5)) {
            case 0 -> nodes.keySet().stream().filter(other -> other != node.number).forEach(other -> cuts.add(pair(node.number, other)));
            case 1 -> cuts.add(pair(node.number, node.number % NODES + 1));
            case 2 -> cuts.clear();
            case 3 -> lossPercent = random.nextInt(30);
            default -> crashOrStart(node);
        }
    }

    private void crashOrStart(Node node) {
        try {
            if (node.running) {
                node.crash();
            } else {
                node.start();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void heal() throws IOException {
        cuts.clear();
        lossPercent = 0;
        for (Node node : nodes.values()) {
            if (!node.running) {
                node.start();
            }
        }
    }

    private void check() {
        assertThat(violations).isEmpty();
        Set<String> winners = new HashSet<>();
        for (Move move : won) {
            String row = move.vpid() + "#" + (move.fromIncarnation() + 1);
            assertThat(winners.add(row)).as("one winner for %s", row).isTrue();
            assertThat(seen.get(row)).as("acknowledged move to %s is there", row).isEqualTo(move.to());
        }
        CompletableFuture<SysAnswer> last = propose(NODES, new SysCommand.VPidBlock(++requests, 3, 1));
        env.run(Duration.ofSeconds(5));
        assertThat(last).as("the healed group decides").isCompleted();
        List<byte[]> states = new ArrayList<>();
        VOTERS.forEach(voter -> nodes.get(voter).peer.snapshot().thenAccept(states::add));
        env.run(Duration.ofMillis(10));
        checkAgreement(states);
    }

    private void checkAgreement(List<byte[]> states) {
        assertThat(states).hasSameSizeAs(VOTERS);
        assertThat(states).extracting(RaftSimulation::commitIndex).as("the last commit each member applied").containsOnly(commitIndex(states.getFirst()));
        assertThat(states).as("the states of the members").allMatch(state -> Arrays.equals(state, states.getFirst()));
    }

    private static long commitIndex(byte[] snapshot) {
        return java.nio.ByteBuffer.wrap(snapshot).getLong(4);
    }
}
