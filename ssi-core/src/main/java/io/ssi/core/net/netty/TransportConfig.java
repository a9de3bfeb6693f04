package io.ssi.core.net.netty;

import io.ssi.core.config.NodeConfig;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.trust.ClusterKey;
import java.net.InetSocketAddress;

/**
 * What a transport needs to start.
 *
 * @param bind where it listens; port 0 takes any free one
 * @param advertised where others reach it, or null for the bound address (required when {@code bind} is a wildcard address)
 * @param name of the node, for its certificate and logs
 */
public record TransportConfig(InetSocketAddress bind, InetSocketAddress advertised, ClusterKey key, String name, LinkTimings timings) {
    public TransportConfig(InetSocketAddress bind, ClusterKey key, String name) {
        this(bind, null, key, name, LinkTimings.DEFAULT);
    }

    /** As configured; throws BAD_CONFIG when the address is not known to the resolver. */
    public static TransportConfig of(NodeConfig config, ClusterKey key) {
        InetSocketAddress bind = new InetSocketAddress(config.address(), config.port());
        if (bind.isUnresolved()) {
            throw new SsiException(ErrorCode.BAD_CONFIG, "address " + config.address() + " is not known to the resolver; set an IP address of this host");
        }
        LinkTimings usual = LinkTimings.DEFAULT;
        return new TransportConfig(bind, null, key, config.name(), new LinkTimings(config.linkPingMillis(), config.linkHostSilenceMillis(),
                config.linkHungMillis(), usual.connect(), usual.handshake(), usual.backOffMin(), usual.backOffMax()));
    }
}
