package io.ssi.core.cluster;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ssi.core.net.MessageRegistry;
import io.ssi.core.net.netty.NettyTransport;
import io.ssi.core.net.netty.TransportConfig;
import io.ssi.core.trust.ClusterKey;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/** A control plane in a JVM of its own: args ADDRESS PORT STATEDIR KEYFILE [SEED]. Prints READY and every change it sees; ends with its input. */
final class ClusterProcess {
    private ClusterProcess() {}

    public static void main(String[] args) throws Exception {
        ClusterKey key = ClusterKey.loadOrCreate(Path.of(args[3]));
        NettyTransport transport = NettyTransport.start(new TransportConfig(new InetSocketAddress(args[0], Integer.parseInt(args[1])), key, "n"),
                Cluster.messages(new MessageRegistry()), new SimpleMeterRegistry());
        List<InetSocketAddress> seeds = args.length > 4 ? List.of(new InetSocketAddress(args[4], Integer.parseInt(args[1]))) : List.of();
        Cluster cluster = Cluster.start(new ClusterConfig("n", seeds), transport, Path.of(args[2]), key.derive("control plane", 32), new SimpleMeterRegistry());
        cluster.membership().onChange(change -> System.out.println(System.currentTimeMillis() + " CHANGE " + change.node() + " " + change.to() + " " + change.cause()));
        System.out.println(System.currentTimeMillis() + " READY " + cluster.membership().self() + " after " + ManagementFactory.getRuntimeMXBean().getUptime() + " ms");
        // Blocks until whoever started this closes its input or is gone.
        System.in.readAllBytes();
        System.exit(0);
    }
}
