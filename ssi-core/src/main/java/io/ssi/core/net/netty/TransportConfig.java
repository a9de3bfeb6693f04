package io.ssi.core.net.netty;

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
}
