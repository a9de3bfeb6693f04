package io.ssi.core.net.netty;

import io.ssi.core.env.TimeSource;
import io.ssi.core.net.Transport;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections that were refused: logged, and kept for the status. Thread-safe. */
final class Refusals {
    /** A host that tries again and again is logged once in this time. */
    private static final long LOG_EVERY_MILLIS = 10_000;

    private static final Logger log = LoggerFactory.getLogger(Refusals.class);

    private final TimeSource time;
    private final ArrayDeque<Transport.Refusal> recent = new ArrayDeque<>(); // guarded by this

    Refusals(TimeSource time) {
        this.time = time;
    }

    /** {@code address} is {@code host:port}. */
    void add(String address, String reason) {
        String host = host(address);
        long now = time.millis();
        boolean loud;
        synchronized (this) {
            loud = recent.stream().noneMatch(old -> host(old.address()).equals(host) && now - old.atMillis() < LOG_EVERY_MILLIS);
            if (recent.size() == Transport.REFUSALS_MAX) {
                recent.remove();
            }
            recent.add(new Transport.Refusal(now, address, reason));
        }
        if (loud) {
            log.warn("refused a connection from {}: {}", address, reason);
        } else {
            log.debug("refused a connection from {}: {}", address, reason);
        }
    }

    synchronized List<Transport.Refusal> all() {
        return List.copyOf(recent);
    }

    static String text(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getHostString() + ":" + inet.getPort() : String.valueOf(address);
    }

    private static String host(String address) {
        return address.substring(0, Math.max(0, address.lastIndexOf(':')));
    }
}
