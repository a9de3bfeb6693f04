package io.ssi.vproc.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.Transport;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.ProcessRow;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Standard input and the end of the processes hosted here, on their way between this host and their deputies' nodes. Thread-safe. */
public final class HostStreams implements AutoCloseable {
    private static final Duration END_DEADLINE = Duration.ofSeconds(10);
    private static final int END_ATTEMPTS_MAX = 30;
    private static final long END_AGAIN_MILLIS = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(HostStreams.class);

    private final VprocService service;
    private final Transport transport;
    private volatile boolean closed;
    /** What a moving program waits to read; asked for again when the move is off. */
    private final Map<Integer, VprocMessages.StdinWanted> wants = new ConcurrentHashMap<>();

    public HostStreams(VprocService service, Transport transport) {
        this.service = service;
        this.transport = transport;
        transport.serve(VprocMessages.StdinData.class, (from, data) -> {
            boolean taken = service.deliverStdin(new VPid(data.vpid()), data.incarnation(), data.delivery(), data.bytes());
            if (taken) {
                wants.remove(data.vpid());
            }
            return taken;
        });
        service.onEnd(this::ended);
        service.streams(this);
    }

    void stdinWanted(VPid vpid, int incarnation, int max) {
        VprocMessages.StdinWanted wanted = new VprocMessages.StdinWanted(vpid.value(), incarnation, max);
        wants.put(vpid.value(), wanted);
        ask(vpid, wanted);
    }

    void stdinBack(VPid vpid, int incarnation, byte[] bytes) {
        deputyNode(vpid).ifPresent(node -> transport.send(node, new VprocMessages.StdinBack(vpid.value(), incarnation, bytes)));
    }

    void moveOff(VPid vpid, int incarnation) {
        VprocMessages.StdinWanted wanted = wants.get(vpid.value());
        if (wanted != null && wanted.incarnation() == incarnation) {
            ask(vpid, wanted);
        }
    }

    private void ask(VPid vpid, VprocMessages.StdinWanted wanted) {
        deputyNode(vpid).ifPresent(node -> transport.send(node, wanted));
    }

    private Optional<NodeId> deputyNode(VPid vpid) {
        return service.row(vpid).filter(row -> row.deputyNode() != 0).map(row -> new NodeId(row.deputyNode()));
    }

    private void ended(ProcessRow row) {
        wants.remove(row.vpid().value());
        if (row.deputyNode() != 0) {
            ExitStatus exit = row.exit().orElseThrow();
            tellEnd(new NodeId(row.deputyNode()), new VprocMessages.ProcessEnded(row.vpid().value(), row.incarnation(), exit.status(), exit.signal(),
                    exit.cause()), 1);
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
