package io.ssi.core.cluster.hazelcast;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MemberAddressProviderConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.config.SocketInterceptorConfig;
import com.hazelcast.config.TcpIpConfig;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.ProtocolType;
import com.hazelcast.spi.MemberAddressProvider;
import java.net.InetSocketAddress;
import java.util.Map;

/** The one configuration of a member: no client, REST or discovery endpoint, few threads, no telemetry. */
final class MemberConfig {
    static final String MAPS = "ssi-*";

    private static final Map<String, String> PROPERTIES = Map.ofEntries(
            Map.entry("logging.type", "slf4j"),
            Map.entry("phone.home.enabled", "false"),
            Map.entry("socket.bind.any", "false"),
            Map.entry("shutdownhook.enabled", "false"),
            Map.entry("partition.count", "271"),
            Map.entry("io.thread.count", "1"),
            Map.entry("operation.thread.count", "2"),
            Map.entry("operation.generic.thread.count", "2"),
            Map.entry("operation.response.thread.count", "1"),
            Map.entry("event.thread.count", "1"),
            Map.entry("clientengine.thread.count", "1"),
            Map.entry("clientengine.query.thread.count", "1"),
            Map.entry("clientengine.blocking.thread.count", "1"),
            Map.entry("io.balancer.interval.seconds", "0"),
            Map.entry("slow.operation.detector.enabled", "false"),
            Map.entry("health.monitoring.level", "OFF"),
            Map.entry("wait.seconds.before.join", "0"),
            Map.entry("max.wait.seconds.before.join", "0"),
            // A stopped JVM is dropped after 10 s; a dead one at once, by its connection: three faults 100 ms apart.
            Map.entry("heartbeat.interval.seconds", "1"),
            Map.entry("max.no.heartbeat.seconds", "10"),
            Map.entry("merge.first.run.delay.seconds", "5"),
            Map.entry("merge.next.run.delay.seconds", "5"),
            Map.entry("socket.connect.timeout.seconds", "1"),
            Map.entry("operation.call.timeout.millis", "5000"),
            Map.entry("member.list.publish.interval.seconds", "5"),
            Map.entry("mastership.claim.timeout.seconds", "5"),
            Map.entry("graceful.shutdown.max.wait", "2"),
            Map.entry("member.naming.moby.enabled", "false"));

    private MemberConfig() {}

    static Config of(String clusterId, int self, LoopbackPlan plan, TcpIpConfig join, KeyedHandshake handshake) {
        Config config = new Config();
        config.setClusterName("ssi-" + clusterId);
        config.setInstanceName("ssi-" + clusterId + "-" + self);
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        PROPERTIES.forEach((name, value) -> config.setProperty("hazelcast." + name, value));
        AdvancedNetworkConfig network = config.getAdvancedNetworkConfig().setEnabled(true);
        network.getJoin().getAutoDetectionConfig().setEnabled(false);
        network.getJoin().getMulticastConfig().setEnabled(false);
        network.getJoin().setTcpIpConfig(join);
        network.setMemberAddressProviderConfig(new MemberAddressProviderConfig().setEnabled(true).setImplementation(new FixedAddress(plan.address(self))));
        network.setMemberEndpointConfig(new ServerSocketEndpointConfig().setProtocolType(ProtocolType.MEMBER).setPort(LoopbackPlan.PORT)
                .setPortAutoIncrement(false).setSocketInterceptorConfig(new SocketInterceptorConfig().setEnabled(true).setImplementation(handshake)));
        config.addMapConfig(new MapConfig(MAPS).setBackupCount(1).setReadBackupData(true).setStatisticsEnabled(false)
                .setMergePolicyConfig(new MergePolicyConfig(HigherVersionWins.class.getName(), 1000)));
        config.getSerializationConfig().addDataSerializableFactory(HigherVersionWins.FACTORY, _ -> new HigherVersionWins());
        config.getSerializationConfig().setJavaSerializationFilterConfig(filter());
        return config;
    }

    /** Rows are ints and byte arrays, which need no Java serialization. Only failures of Hazelcast's own operations may come that way. */
    private static JavaSerializationFilterConfig filter() {
        ClassFilter allowed = new ClassFilter().addPackages("java.lang", "com.hazelcast.core", "com.hazelcast.spi.exception", "com.hazelcast.cluster",
                "com.hazelcast.partition", "com.hazelcast.map", "com.hazelcast.splitbrainprotection", "com.hazelcast.internal.cluster.impl");
        allowed.addClasses("java.util.Collections$EmptyList", "java.util.Collections$UnmodifiableList", "java.util.ArrayList",
                "java.util.concurrent.TimeoutException", "java.util.concurrent.CancellationException", "java.io.IOException",
                "[Ljava.lang.StackTraceElement;");
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig().setDefaultsDisabled(true);
        filter.setWhitelist(allowed);
        return filter;
    }

    static TcpIpConfig join(LoopbackPlan plan, Iterable<Integer> others) {
        TcpIpConfig join = new TcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(1);
        others.forEach(node -> join.addMember(plan.text(node)));
        return join;
    }

    private record FixedAddress(InetSocketAddress address) implements MemberAddressProvider {
        @Override
        public InetSocketAddress getBindAddress() {
            return address;
        }

        @Override
        public InetSocketAddress getBindAddress(EndpointQualifier qualifier) {
            return address;
        }

        @Override
        public InetSocketAddress getPublicAddress() {
            return address;
        }

        @Override
        public InetSocketAddress getPublicAddress(EndpointQualifier qualifier) {
            return address;
        }
    }

}
