package io.ssi.core.cluster.hazelcast;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.config.TcpIpConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.nio.MemberSocketInterceptor;
import io.ssi.core.cluster.ClusterMap;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Hazelcast member of this daemon, its maps and its member list. */
public final class HazelcastMaps implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HazelcastMaps.class);
    public static final int MAPS_MAX = 16;
    private static final String PREFIX = "ssi-";
    private static final int REFRESH_SECONDS = 30;
    private static final int RETRY_MILLIS = 200;
    private static final int RESTART_MILLIS = 1000;

    /** Hears of the member list on Hazelcast's threads; must not block. */
    public interface MemberList {
        void listed(int node);

        void unlisted(int node);
    }

    private final int self;
    private final LoopbackPlan plan;
    private final TcpIpConfig join;
    private final Supplier<HazelcastInstance> newMember;
    private volatile HazelcastInstance member;
    private volatile boolean leaving;
    private final ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor(task -> Thread.ofPlatform().daemon().name("ssi-map-writer").unstarted(task));
    private final ScheduledExecutorService teller = Executors.newSingleThreadScheduledExecutor(task -> Thread.ofPlatform().daemon().name("ssi-map-events").unstarted(task));
    private final Map<String, LiveMap> maps = new LinkedHashMap<>(); // guarded by this

    /** Starts the member; blocks for about a second. The key is for this use alone. */
    public HazelcastMaps(String clusterId, int self, LoopbackPlan plan, Collection<Integer> others, byte[] key, MemberList list) {
        this.self = self;
        this.plan = plan;
        plan.check(self);
        join = MemberConfig.join(plan, others);
        KeyedHandshake handshake = new KeyedHandshake(key);
        newMember = () -> {
            Config config = MemberConfig.of(clusterId, self, plan, join, handshake);
            config.addListenerConfig(new ListenerConfig(listener(list)));
            config.addListenerConfig(new ListenerConfig((LifecycleListener) this::lived));
            HazelcastInstance started = HazelcastInstanceFactory.newHazelcastInstance(config, config.getInstanceName(), new KeyedContext(handshake));
            started.getCluster().getMembers().stream().filter(other -> !other.localMember()).forEach(other -> list.listed(node(other.getAddress().getHost())));
            return started;
        };
        try {
            member = newMember.get();
        } catch (RuntimeException e) {
            writer.shutdownNow();
            teller.shutdownNow();
            throw new SsiException(ErrorCode.CANNOT_START, "the map service could not start at " + plan.text(self) + ": " + e.getMessage(), e);
        }
        writer.scheduleWithFixedDelay(this::refresh, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
    }

    private void lived(LifecycleEvent event) {
        if (event.getState() == LifecycleState.MERGED) {
            merged();
        } else if (event.getState() == LifecycleState.SHUTDOWN && !leaving) {
            log.warn("the map service ended by itself, as one does that cannot join the others after a split; it is started again");
            soon(this::restart, RESTART_MILLIS);
        }
    }

    /** On the writer thread. The copies stay and this node's rows are put again. */
    private void restart() {
        if (leaving || member.getLifecycleService().isRunning()) {
            return;
        }
        HazelcastInstance started;
        try {
            started = newMember.get();
        } catch (RuntimeException e) {
            log.warn("the map service could not be started again and will be tried again: {}", e.toString());
            soon(this::restart, RESTART_MILLIS);
            return;
        }
        member = started;
        if (leaving) {
            started.getLifecycleService().terminate();
            return;
        }
        snapshot().forEach(map -> map.follow(started.getMap(PREFIX + map.name())));
        merged();
        writeSoon(0);
    }

    /** The open-source edition ignores a configured interceptor; its node extension does not ignore ours. */
    private static final class KeyedContext extends DefaultNodeContext {
        private final KeyedHandshake handshake;

        KeyedContext(KeyedHandshake handshake) {
            this.handshake = handshake;
        }

        @Override
        public NodeExtension createNodeExtension(Node node) {
            return new DefaultNodeExtension(node) {
                @Override
                public MemberSocketInterceptor getSocketInterceptor(EndpointQualifier qualifier) {
                    return handshake;
                }
            };
        }
    }

    private MembershipListener listener(MemberList list) {
        return new MembershipListener() {
            @Override
            public void memberAdded(MembershipEvent event) {
                if (!event.getMember().localMember()) {
                    list.listed(node(event.getMember().getAddress().getHost()));
                }
                later(0);
            }

            @Override
            public void memberRemoved(MembershipEvent event) {
                list.unlisted(node(event.getMember().getAddress().getHost()));
                later(RETRY_MILLIS);
            }
        };
    }

    private int node(String host) {
        try {
            return plan.node(InetAddress.getByName(host));
        } catch (UnknownHostException e) {
            return 0;
        }
    }

    private void later(long delayMillis) {
        soon(this::refresh, delayMillis);
    }

    private void soon(Runnable task, long delayMillis) {
        try {
            writer.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.trace("the maps changed while stopping", e);
        }
    }

    private void merged() {
        log.info("the map service joined the rest of the cluster after a split; every node puts its rows again");
        later(0);
        snapshot().forEach(LiveMap::merged);
    }

    /** A node that may be found from now on when parts of the cluster look for each other. */
    public void learn(int node) {
        if (node != self && !join.getMembers().contains(plan.text(node))) {
            join.addMember(plan.text(node));
        }
    }

    public synchronized ClusterMap map(String name) {
        LiveMap present = maps.get(name);
        if (present != null) {
            return present;
        }
        if (maps.size() >= MAPS_MAX) {
            throw new SsiException(ErrorCode.LIMIT, MAPS_MAX + " maps exist, map " + name + " is one too many");
        }
        LiveMap map = new LiveMap(name, self, member.getMap(PREFIX + name), this::tell, () -> writeSoon(0));
        maps.put(name, map);
        try {
            map.refresh();
        } catch (RuntimeException e) {
            log.info("map {} could not be read yet: {}", name, e.toString());
            later(RETRY_MILLIS);
        }
        return map;
    }

    private void tell(Runnable event) {
        try {
            teller.execute(() -> {
                try {
                    event.run();
                } catch (RuntimeException e) {
                    log.error("a listener of a map failed", e);
                }
            });
        } catch (RejectedExecutionException e) {
            log.trace("a map changed while stopping", e);
        }
    }

    private void writeSoon(long delayMillis) {
        soon(this::write, delayMillis);
    }

    private void write() {
        attempt(LiveMap::write, "written", () -> writeSoon(RETRY_MILLIS));
    }

    private void refresh() {
        attempt(LiveMap::refresh, "read", () -> later(RETRY_MILLIS * 5L));
    }

    private interface MapWork {
        void on(LiveMap map);
    }

    private void attempt(MapWork work, String what, Runnable retry) {
        for (LiveMap map : snapshot()) {
            try {
                work.on(map);
            } catch (RuntimeException e) {
                if (!member.getLifecycleService().isRunning()) {
                    return; // it ends, or is started again, which looks through all
                }
                log.info("a map could not be {} and will be again: {}", what, e.toString());
                retry.run();
            }
        }
    }

    private synchronized List<LiveMap> snapshot() {
        return List.copyOf(maps.values());
    }

    /** Hands this node's partitions to the others first; at most about 2 s. */
    public void leave() {
        leaving = true;
        member.shutdown();
    }

    @Override
    public void close() {
        leaving = true;
        writer.shutdownNow();
        member.getLifecycleService().terminate();
        teller.shutdown();
    }
}
