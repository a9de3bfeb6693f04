package io.ssi.core.net.link;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.ssi.core.metrics.Meters;

/** What links and their connections count. Links inside one JVM have no connections, and those counters stay 0. */
public final class LinkMeters {
    final Counter calls;
    final Counter callFailures;
    final Counter served;
    final Counter refused;
    final Counter oneWaysSent;
    final Counter oneWaysLost;
    final Counter oneWaysReceived;
    final Counter streams;
    final Timer callTime;
    public final Counter framesOut;
    public final Counter framesIn;
    public final Counter bytesOut;
    public final Counter bytesIn;
    public final Counter linksUp;
    public final Counter linksDown;
    public final Counter refusals;
    public final Timer roundTrip;

    public LinkMeters(Meters meters) {
        calls = meters.counter("net.calls", "requests sent");
        callFailures = meters.counter("net.calls.failed", "requests that failed or timed out");
        served = meters.counter("net.served", "requests of other nodes handled");
        refused = meters.counter("net.served.refused", "requests of other nodes refused because too many were waiting");
        oneWaysSent = meters.counter("net.messages.sent", "one-way messages sent");
        oneWaysLost = meters.counter("net.messages.lost", "one-way messages not sent because the link was down");
        oneWaysReceived = meters.counter("net.messages.received", "one-way messages received");
        streams = meters.counter("net.streams", "streams opened by either side");
        callTime = meters.timer("net.call.time", "time from request to answer");
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
