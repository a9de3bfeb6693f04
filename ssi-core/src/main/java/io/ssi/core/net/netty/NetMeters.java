package io.ssi.core.net.netty;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.ssi.core.metrics.Meters;

/** What connections count. */
final class NetMeters {
    final Counter framesOut;
    final Counter framesIn;
    final Counter bytesOut;
    final Counter bytesIn;
    final Counter linksUp;
    final Counter linksDown;
    final Counter refusals;
    final Timer roundTrip;

    NetMeters(Meters meters) {
        framesOut = meters.counter("net.frames.sent", "frames sent on links");
        framesIn = meters.counter("net.frames.received", "frames received on links");
        bytesOut = meters.counter("net.bytes.sent", "bytes sent on links, before encryption");
        bytesIn = meters.counter("net.bytes.received", "payload bytes received on links");
        linksUp = meters.counter("net.links.up", "links that came up");
        linksDown = meters.counter("net.links.down", "links that went down");
        refusals = meters.counter("net.refusals", "connections refused before they were parsed");
        roundTrip = meters.timer("net.ping.time", "round trip of the link ping");
    }
}
