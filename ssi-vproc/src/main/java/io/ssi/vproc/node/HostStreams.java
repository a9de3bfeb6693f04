package io.ssi.vproc.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.Transport;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.ProcessRow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Standard input and the end of the processes hosted here, on their way between this host and their deputies' nodes. Thread-safe. */
public final class HostStreams implements AutoCloseable {
    private static final Duration END_DEADLINE = Duration.ofSeconds(10);
    /** For an hour. */
    private static final int END_ATTEMPTS_MAX = 3_600;
    private static final long END_AGAIN_MILLIS = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(HostStreams.class);

    private final VprocService service;
    private final Transport transport;
    private volatile boolean closed;
    /** Incarnations whose output goes through this daemon, by VPid: those that landed here and those it found at its start. */
    private final Map<Integer, Forwarding> forwarded = new ConcurrentHashMap<>();

    private record Forwarding(int incarnation, List<OutputForwarder> found) {}

    public HostStreams(VprocService service, Transport transport) {
        this.service = service;
        this.transport = transport;
        transport.receive(VprocMessages.StdinData.class, (from, data) ->
                service.deliver(new VPid(data.vpid()), data.incarnation(), new LinkMessage.Stdin(data.position(), data.bytes())));
        service.onEnd(this::ended);
        service.streams(this);
    }

    /** It landed here, and its landing forwards its output. */
    void landed(ProcessRow row) {
        forwarded.put(row.vpid().value(), new Forwarding(row.incarnation(), List.of()));
    }

    /** It is connected again; if an earlier life of this daemon forwarded its output, this one goes on. */
    void readopted(ProcessRow row) {
        if (row.deputyNode() == 0) {
            return;
        }
        forwarded.compute(row.vpid().value(), (vpid, present) -> {
            if (present != null && present.incarnation() == row.incarnation()) {
                return present;
            }
            List<OutputForwarder> found = List.of(new OutputForwarder(transport, service, row.vpid(), 1, row.osPid()),
                    new OutputForwarder(transport, service, row.vpid(), 2, row.osPid()));
            for (OutputForwarder output : found) {
                output.adopted(row.deputyNode(), row.incarnation());
                output.start();
            }
            return new Forwarding(row.incarnation(), found);
        });
    }

    void left(VPid vpid, int incarnation) {
        forwarded.computeIfPresent(vpid.value(), (number, present) -> present.incarnation() == incarnation ? null : present);
    }

    void stdinWanted(VPid vpid, int incarnation, LinkMessage.StdinWant want) {
        service.row(vpid).filter(row -> row.deputyNode() != 0).ifPresent(row -> transport.send(new NodeId(row.deputyNode()),
                new VprocMessages.StdinWanted(vpid.value(), incarnation, want.position(), want.max())));
    }

    private void ended(ProcessRow row) {
        Forwarding forwarding = forwarded.remove(row.vpid().value());
        if (row.deputyNode() != 0) {
            ExitStatus exit = row.exit().orElseThrow();
            tellEnd(new NodeId(row.deputyNode()), new VprocMessages.ProcessEnded(row.vpid().value(), row.incarnation(), exit.status(), exit.signal(),
                    exit.cause()), 1);
        }
        if (forwarding != null) {
            drain(forwarding.found());
        }
    }

    private static void drain(List<OutputForwarder> outputs) {
        try {
            for (OutputForwarder output : outputs) {
                output.drain();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tellEnd(NodeId deputyNode, VprocMessages.ProcessEnded end, int attempt) {
        transport.call(deputyNode, end, END_DEADLINE).whenComplete((told, failure) -> {
            if (failure == null) {
                return;
            }
            if (closed) {
                return;
            }
            if (attempt < END_ATTEMPTS_MAX && !(failure instanceof SsiException refused && refused.code() == ErrorCode.NO_SUCH_NODE)) {
                CompletableFuture.delayedExecutor(END_AGAIN_MILLIS, TimeUnit.MILLISECONDS).execute(() -> tellEnd(deputyNode, end, attempt + 1));
            } else {
                LOG.warn("node {} could not be told that process {} ended: {}", deputyNode, end.vpid(), failure.getMessage());
            }
        });
    }

    /** Stops telling ends to nodes that do not answer. */
    @Override
    public void close() {
        closed = true;
    }
}
