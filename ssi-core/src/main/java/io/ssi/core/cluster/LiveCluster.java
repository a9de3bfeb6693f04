package io.ssi.core.cluster;

import io.micrometer.core.instrument.MeterRegistry;
import io.ssi.core.cluster.ClusterMessages.Peer;
import io.ssi.core.cluster.hazelcast.HazelcastMaps;
import io.ssi.core.cluster.hazelcast.LoopbackPlan;
import io.ssi.core.cluster.hazelcast.MemberRelay;
import io.ssi.core.cluster.raft.DiskFile;
import io.ssi.core.cluster.raft.Proposal;
import io.ssi.core.cluster.raft.RaftConsensus;
import io.ssi.core.cluster.sys.SysState;
import io.ssi.core.env.SystemEnv;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.metrics.Meters;
import io.ssi.core.net.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the parts together: transport, Raft group, Hazelcast, membership. */
final class LiveCluster implements Cluster {
    private static final Logger log = LoggerFactory.getLogger(LiveCluster.class);
    private static final long START_SECONDS_MAX = 10;
    private static final long LINK_WAIT_NANOS = Duration.ofSeconds(2).toNanos();
    private static final Duration ANNOUNCE_AGAIN = Duration.ofSeconds(3);
    private static final Duration LEAVE = Duration.ofSeconds(1);

    private final ClusterConfig config;
    private final Transport transport;
    private final NodeFolder folder;
    private final SystemEnv env = new SystemEnv();
    private final NodeFolder.Identity identity;
    private final ConcurrentSkipListMap<Integer, Peer> peers = new ConcurrentSkipListMap<>();
    private final LiveMembership membership;
    private final RaftConsensus raft;
    private final LoopbackPlan plan;
    private final MemberRelay relay;
    private volatile HazelcastMaps maps;
    private volatile boolean closed;

    static LiveCluster start(ClusterConfig config, Transport transport, Path stateDir, byte[] key, MeterRegistry meters) {
        NodeFolder folder = new NodeFolder(stateDir);
        LiveCluster cluster = null;
        try {
            NodeFolder.Identity identity = folder.identity();
            List<Peer> known = new ArrayList<>(folder.peers().values());
            boolean founding = identity.number() == 0 && config.seeds().isEmpty();
            if (founding) {
                identity = new NodeFolder.Identity(identity.uuid(), 1, Admission.newClusterId(config.maps()), "1");
            } else if (identity.number() == 0) {
                ClusterMessages.Joined joined = Admission.join(config.seeds(), transport, identity.uuid(), config.nodeName(), text(transport.address()));
                identity = new NodeFolder.Identity(identity.uuid(), joined.number(), joined.clusterId(), numbers(joined.firstVoters()));
                known = joined.peers();
            }
            // A node of a cluster of one that never got through its first start founds again, with the same number.
            founding |= identity.number() == 1 && known.isEmpty();
            folder.write(known);
            folder.write(identity);
            cluster = new LiveCluster(config, transport, folder, identity, known);
            cluster.run(founding, key);
            cluster.meters(new Meters(meters));
            log.info("node {} ({}) of cluster {} runs at {}", identity.number(), config.nodeName(), identity.clusterId(), text(transport.address()));
            return cluster;
        } catch (IOException e) {
            close(cluster, folder);
            throw new SsiException(ErrorCode.BAD_CONFIG, "the state folder " + stateDir + " cannot be used: " + IoReason.of(e), e);
        } catch (RuntimeException e) {
            close(cluster, folder);
            throw e;
        }
    }

    private static void close(LiveCluster cluster, NodeFolder folder) {
        if (cluster == null) {
            folder.close();
        } else {
            cluster.close();
        }
    }

    private LiveCluster(ClusterConfig config, Transport transport, NodeFolder folder, NodeFolder.Identity identity, List<Peer> known) throws IOException {
        this.config = config;
        this.transport = transport;
        this.folder = folder;
        this.identity = identity;
        known.forEach(peer -> peers.put(peer.number(), peer));
        membership = new LiveMembership(new NodeId(identity.number()), env, new HistoryFile(folder.history()));
        plan = new LoopbackPlan(identity.clusterId());
        relay = new MemberRelay(plan, identity.number(), node -> transport.open(new NodeId(node), new ClusterMessages.MemberConnection(identity.number())));
        List<Integer> firstVoters = new ArrayList<>();
        for (String number : identity.firstVoters().split(",")) {
            firstVoters.add(Integer.valueOf(number));
        }
        raft = new RaftConsensus(identity.number(), firstVoters, new DiskFile(folder.journal()), new TransportLinks(transport, this::others), env,
                config.timeScale(), this::nodeChanged);
    }

    private List<Integer> others() {
        return peers.keySet().stream().filter(number -> number != identity.number()).toList();
    }

    private void run(boolean founding, byte[] key) {
        transport.receive(ClusterMessages.RaftFrame.class, (_, frame) -> raft.received(frame.bytes()));
        transport.serve(ClusterMessages.Propose.class, (_, request) -> attempt(request));
        transport.serve(ClusterMessages.Leaving.class, (from, request) -> left(from, request.cause()));
        transport.accept(ClusterMessages.MemberConnection.class, (_, _, stream) -> relay.accepted(stream));
        transport.onLink((node, up, cause) -> membership.apply((table, now) -> up ? table.linkUp(node, cause, now) : table.linkDown(node, cause, now)));
        NodeId self = new NodeId(identity.number());
        transport.identify(self);
        membership.apply((table, now) -> table.registered(self, config.nodeName(), text(transport.address()), now));
        membership.start();
        peers.values().forEach(this::meet);
        await(raft.start(), "the Raft member");
        if (founding) {
            await(announce(), "founding the cluster");
        } else {
            announceUntilHeard();
        }
        // Only now: the first number is the founder's own.
        transport.serve(ClusterMessages.Join.class, (_, request) -> admit(request));
        if (config.maps()) {
            waitForALink();
            maps = new HazelcastMaps(identity.clusterId(), identity.number(), plan, others(), derive(key, "member port of " + identity.clusterId()), memberList());
            others().forEach(maps::learn);
        }
    }

    private HazelcastMaps.MemberList memberList() {
        return new HazelcastMaps.MemberList() {
            @Override
            public void listed(int node) {
                if (node != 0) {
                    membership.apply((table, _) -> table.listed(new NodeId(node)));
                }
            }

            @Override
            public void unlisted(int node) {
                if (node != 0) {
                    membership.apply((table, now) -> table.unlisted(new NodeId(node), "dropped from the member list", now));
                }
            }
        };
    }

    private void meters(Meters meters) {
        meters.gauge("cluster.nodes.up", "Nodes that are up as this node sees it",
                () -> membership.nodes().stream().filter(node -> node.state() == Membership.State.UP).count());
        meters.gauge("cluster.nodes", "Nodes that are registered", () -> membership.nodes().size());
        meters.gauge("cluster.leader", "Number of the node that leads the Raft group, 0 when none is known",
                () -> raft.leader().map(NodeId::number).orElse(0));
    }

    // ---- the register

    private CompletableFuture<Integer> announce() {
        return raft.register(identity.uuid(), config.nodeName(), text(transport.address()), ThreadLocalRandom.current().nextLong());
    }

    /** Name or address may be new since the last run; the group hears of it as soon as it can decide. */
    private void announceUntilHeard() {
        announce().whenComplete((number, failure) -> {
            if (failure != null && !closed) {
                log.info("this node could not announce itself yet: {}", failure.getMessage());
                env.timers().after(ANNOUNCE_AGAIN, this::announceUntilHeard);
            } else if (failure == null && number != identity.number()) {
                log.error("this node is number {} but the cluster gave it {}: it was removed; remove its state folder and join again", identity.number(), number);
            }
        });
    }

    private ClusterMessages.Joined admit(ClusterMessages.Join request) throws Exception {
        int number = value(raft.register(UUID.fromString(request.uuid()), request.name(), request.address(), request.requestId()));
        log.info("admitted {} at {} as node {}", request.name(), request.address(), number);
        List<Peer> known = new ArrayList<>(peers.values());
        known.removeIf(peer -> peer.number() == number);
        known.add(new Peer(number, request.uuid(), request.name(), request.address()));
        return new ClusterMessages.Joined(number, identity.clusterId(), known, raft.firstVoters().stream().mapToInt(Integer::intValue).toArray());
    }

    /** The register changed. */
    private void nodeChanged(int number, SysState.NodeRow row) {
        env.timers().after(Duration.ZERO, () -> {
            NodeId node = new NodeId(number);
            if (row == null) {
                peers.remove(number);
                transport.forget(node);
                membership.apply((table, now) -> table.removed(node, now));
            } else {
                Peer peer = new Peer(number, row.uuid().toString(), row.name(), row.address());
                peers.put(number, peer);
                meet(peer);
            }
            folder.write(peers.values());
        });
    }

    private void meet(Peer peer) {
        NodeId node = new NodeId(peer.number());
        if (peer.number() == identity.number()) {
            return;
        }
        membership.apply((table, now) -> table.registered(node, peer.name(), peer.address(), now));
        InetSocketAddress address = parse(peer.address());
        if (config.maps() && !sameHost(address.getAddress())) {
            try {
                relay.carry(peer.number());
            } catch (SsiException e) {
                log.error("maps will not reach node {}: {}", peer.number(), e.getMessage());
            }
        }
        transport.learn(node, address);
        HazelcastMaps running = maps;
        if (running != null) {
            running.learn(peer.number());
        }
    }

    // ---- requests of other nodes

    private ClusterMessages.Proposed attempt(ClusterMessages.Propose request) throws Exception {
        try {
            Proposal made = raft.attempt(request.command()).get(request.waitMillis(), TimeUnit.MILLISECONDS);
            return new ClusterMessages.Proposed(made.outcome().ordinal(), made.leader(), made.answer());
        } catch (TimeoutException e) {
            return new ClusterMessages.Proposed(Proposal.Outcome.UNKNOWN.ordinal(), 0, new byte[0]);
        }
    }

    private Boolean left(NodeId from, String cause) {
        membership.apply((table, now) -> table.leaving(from, cause, now));
        return true;
    }

    // ---- the contract

    @Override
    public Membership membership() {
        return membership;
    }

    @Override
    public Consensus consensus() {
        return raft;
    }

    @Override
    public ClusterMap map(String name) {
        if (maps == null) {
            throw new SsiException(ErrorCode.BAD_ARGUMENT, "map " + name + " is not there: this node was started without maps");
        }
        return maps.map(name);
    }

    @Override
    public void leave(String cause) {
        log.info("leaving: {}", cause);
        membership.leaving(cause);
        raft.giveLeadershipAway();
        List<CompletableFuture<Boolean>> told = others().stream().map(NodeId::new).filter(transport::isUp)
                .map(node -> transport.call(node, new ClusterMessages.Leaving(cause), LEAVE)).toList();
        CompletableFuture.allOf(told.toArray(CompletableFuture[]::new)).exceptionally(failure -> {
            log.info("not every node heard that this one leaves: {}", failure.getMessage());
            return null;
        }).join();
        if (maps != null) {
            maps.leave();
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (maps != null) {
            maps.close();
        }
        relay.close();
        raft.close();
        membership.close();
        env.close();
        folder.close();
    }

    // ---- small parts

    private void waitForALink() {
        long end = System.nanoTime() + LINK_WAIT_NANOS;
        List<Integer> others = others();
        while (!others.isEmpty() && System.nanoTime() < end && others.stream().noneMatch(node -> transport.isUp(new NodeId(node)))) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static <T> T value(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(START_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static <T> T await(CompletableFuture<T> future, String what) {
        try {
            return value(future);
        } catch (SsiException e) {
            throw e;
        } catch (Exception e) {
            throw new SsiException(ErrorCode.CANNOT_START, what + " failed: " + e, e);
        }
    }

    /** A key for one purpose, so that no two uses of the shared secret meet. */
    private static byte[] derive(byte[] key, String purpose) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new SsiException(ErrorCode.BAD_KEY, "the cluster key cannot be used: " + e.getMessage(), e);
        }
    }

    private static boolean sameHost(InetAddress address) {
        try {
            return address != null && (address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null);
        } catch (IOException e) {
            return false;
        }
    }

    private static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    private static InetSocketAddress parse(String address) {
        int colon = address.lastIndexOf(':');
        return new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }

    private static String numbers(int[] values) {
        StringBuilder text = new StringBuilder();
        for (int value : values) {
            text.append(text.isEmpty() ? "" : ",").append(value);
        }
        return text.toString();
    }
}
