package io.ssi.core.cluster.hazelcast;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.config.TcpIpConfig;
import com.hazelcast.core.HazelcastInstance;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Hazelcast member of this daemon, its maps and its member list. */
public final class HazelcastMaps implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HazelcastMaps.class);
    public static final int MAPS_MAX = 16;
    private static final int REFRESH_SECONDS = 30;
    private static final int RETRY_MILLIS = 200;

    /** Hears of the member list on Hazelcast's threads; must not block. */
    public interface MemberList {
        void listed(int node);

        void unlisted(int node);
    }

    private final int self;
    private final LoopbackPlan plan;
    private final TcpIpConfig join;
    private final HazelcastInstance member;
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
        Config config = MemberConfig.of(clusterId, self, plan, join, handshake);
        config.addListenerConfig(new ListenerConfig(listener(list)));
        config.addListenerConfig(new ListenerConfig((LifecycleListener) event -> {
            if (event.getState() == LifecycleState.MERGED) {
                merged();
            }
        }));
        try {
            member = HazelcastInstanceFactory.newHazelcastInstance(config, config.getInstanceName(), new KeyedContext(handshake));
        } catch (RuntimeException e) {
            writer.shutdownNow();
            teller.shutdownNow();
            throw new SsiException(ErrorCode.CANNOT_START, "the map service could not start at " + plan.text(self) + ": " + e.getMessage(), e);
        }
        member.getCluster().getMembers().stream().filter(other -> !other.localMember()).forEach(other -> list.listed(node(other.getAddress().getHost())));
        writer.scheduleWithFixedDelay(this::refresh, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
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
        try {
            writer.schedule(this::refresh, delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.trace("a member changed while stopping", e);
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
        LiveMap map = new LiveMap(name, self, member.getMap("ssi-" + name), this::tell, () -> writeSoon(0));
        maps.put(name, map);
        try {
            map.follow();
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
        try {
            writer.schedule(this::write, delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.trace("a write while stopping", e);
        }
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
                    return;
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
        member.shutdown();
    }

    @Override
    public void close() {
        writer.shutdownNow();
        member.getLifecycleService().terminate();
        teller.shutdown();
    }
}
