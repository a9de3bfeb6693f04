package io.ssi.core.net.netty;

/**
 * How long things may take, milliseconds.
 *
 * @param ping between two pings on each link
 * @param hostSilence without acknowledgement by the peer's kernel until its host counts as gone (epoll only)
 * @param hung without any frame of the peer until it counts as hung
 * @param connect for a TCP connection
 * @param handshake for TLS and the hellos
 * @param backOffMin before the second attempt to reach a known peer
 * @param backOffMax between later attempts
 */
public record LinkTimings(int ping, int hostSilence, int hung, int connect, int handshake, int backOffMin, int backOffMax) {
    public static final LinkTimings DEFAULT = new LinkTimings(200, 1000, 10_000, 2000, 10_000, 50, 2000);
}
