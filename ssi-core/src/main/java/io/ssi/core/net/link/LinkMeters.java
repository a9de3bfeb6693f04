package io.ssi.core.net.link;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.ssi.core.metrics.Meters;

/** What links count. */
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
    }

    public Counter lost() {
        return oneWaysLost;
    }
}
