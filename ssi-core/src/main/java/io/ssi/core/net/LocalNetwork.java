package io.ssi.core.net;

import io.ssi.core.env.Env;
import io.ssi.core.env.SystemEnv;
import io.ssi.core.id.NodeId;
import io.ssi.core.net.link.Frame;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;

/**
 * A network of many nodes inside one JVM, for tests and simulations: links break and heal on command, frames take a while and
 * may disappear, all by a seed. With a simulated {@link Env} and its executor a run is a function of the seed, as long as
 * handlers do not block. Thread-safe.
 *
 * <p>Lock order: the network's monitor is the only lock here; listeners and handlers run without it.
 */
public final class LocalNetwork implements AutoCloseable {
    private static final Executor VIRTUAL = task -> Thread.ofVirtual().name("ssi-local").start(task);

    private final Env env;
    private final SystemEnv owned;
    private final Executor workers;
    private final SplittableRandom random; // this and all below: guarded by this
    private final Map<InetSocketAddress, LocalTransport> nodes = new LinkedHashMap<>();
    private final Set<Set<InetSocketAddress>> cuts = new HashSet<>();
    private Duration delayMin = Duration.ZERO;
    private Duration delayMax = Duration.ZERO;
    private double loss;

    /** Real time and threads. */
    public LocalNetwork(long seed) {
        this(seed, new SystemEnv(), VIRTUAL, true);
    }

    public LocalNetwork(long seed, Env env, Executor workers) {
        this(seed, env, workers, false);
    }

    private LocalNetwork(long seed, Env env, Executor workers, boolean owns) {
        this.env = env;
        this.owned = owns ? (SystemEnv) env : null;
        this.workers = workers;
        this.random = new SplittableRandom(seed);
    }

    /** A node at this address, not yet numbered. A node that was closed can come back here as a new one. */
    public LocalTransport node(InetSocketAddress address, MessageRegistry registry) {
        LocalTransport node = new LocalTransport(this, address, registry);
        synchronized (this) {
            if (nodes.putIfAbsent(address, node) != null) {
                throw new IllegalStateException("a node listens at " + address + " already");
            }
        }
        reconcile();
        return node;
    }

    /** Nodes 1..count at 127.0.0.1:7001.., each knowing all others. */
    public List<LocalTransport> cluster(int count, MessageRegistry registry) {
        List<LocalTransport> cluster = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            LocalTransport node = node(new InetSocketAddress("127.0.0.1", 7000 + i), registry);
            node.identify(new NodeId(i));
            cluster.add(node);
        }
        for (LocalTransport one : cluster) {
            for (LocalTransport other : cluster) {
                if (one != other) {
                    one.learn(other.self(), other.address());
                }
            }
        }
        return cluster;
    }

    /** Breaks the link of two nodes and keeps it broken until {@link #heal}. */
    public void cut(Transport one, Transport other) {
        synchronized (this) {
            cuts.add(pair(one.address(), other.address()));
        }
        ((LocalTransport) one).breakLink(other.address(), "the network was cut");
    }

    /** Cuts one node from all others. */
    public void isolate(Transport node) {
        for (LocalTransport other : snapshot()) {
            if (other != node) {
                cut(node, other);
            }
        }
    }

    public void heal(Transport one, Transport other) {
        synchronized (this) {
            cuts.remove(pair(one.address(), other.address()));
        }
        reconcile();
    }

    public void healAll() {
        synchronized (this) {
            cuts.clear();
        }
        reconcile();
    }

    /** From now on each frame takes a random time in this range; order per link is kept. */
    public synchronized void delay(Duration min, Duration max) {
        delayMin = min;
        delayMax = max;
    }

    /** From now on each request, answer and one-way message is lost with this probability (0..1); parts of streams never are. */
    public synchronized void loss(double probability) {
        loss = probability;
    }

    /** Closes all nodes. */
    @Override
    public void close() {
        snapshot().forEach(LocalTransport::close);
        if (owned != null) {
            owned.close();
        }
    }

    // ---- for LocalTransport

    Env env() {
        return env;
    }

    Executor workers() {
        return workers;
    }

    synchronized LocalTransport at(InetSocketAddress address) {
        return nodes.get(address);
    }

    synchronized boolean reachable(InetSocketAddress one, InetSocketAddress other) {
        return nodes.containsKey(other) && !cuts.contains(pair(one, other));
    }

    void removed(LocalTransport node) {
        synchronized (this) {
            nodes.remove(node.address(), node);
        }
        for (LocalTransport other : snapshot()) {
            other.breakLink(node.address(), "connection closed by the peer");
        }
    }

    synchronized Duration nextDelay() {
        long range = delayMax.minus(delayMin).toNanos();
        return range <= 0 ? delayMin : delayMin.plusNanos(random.nextLong(range));
    }

    synchronized boolean nextLoss(Frame frame) {
        boolean single = frame instanceof Frame.Request || frame instanceof Frame.Answer || frame instanceof Frame.Failure || frame instanceof Frame.OneWay;
        return loss > 0 && single && random.nextDouble() < loss;
    }

    /** Makes every link that should be there, soon and on another thread: nobody is called back from inside learn. */
    void reconcile() {
        env.timers().after(Duration.ZERO, () -> snapshot().forEach(LocalTransport::connect));
    }

    private synchronized List<LocalTransport> snapshot() {
        return List.copyOf(nodes.values());
    }

    private static Set<InetSocketAddress> pair(InetSocketAddress one, InetSocketAddress other) {
        return Set.of(one, other);
    }
}
