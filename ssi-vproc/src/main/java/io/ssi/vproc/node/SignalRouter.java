package io.ssi.vproc.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.Transport;
import io.ssi.vproc.ProcessRow;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Brings a signal to a process wherever it lives, once, also when it moves meanwhile. */
public final class SignalRouter {
    private static final long GIVE_UP_MILLIS = 10_000;
    /** The table knows soon when it moved between the look into it and the signal. */
    private static final long AGAIN_MILLIS = 200;
    /** Longer than a move may take, because the host holds a signal until the move is over. */
    private static final Duration CALL_DEADLINE = Duration.ofSeconds(60);
    private static final Duration ASK_DEADLINE = Duration.ofSeconds(2);

    private final NodeId self;
    private final Transport transport;
    private final VprocService service;

    /** Deliveries remembered, so that one whose answer was lost is not made twice. */
    private static final int RECENT_MAX = 1_000;
    /** The latest deliveries here by the number of the order. Guarded by itself. */
    private final Map<Long, CompletableFuture<Boolean>> recent = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, CompletableFuture<Boolean>> eldest) {
            return size() > RECENT_MAX;
        }
    };

    /** One signal on its way. */
    private record Order(VPid vpid, int signal, String user, long id, CompletableFuture<Boolean> done) {
        Order(VPid vpid, int signal, String user) {
            this(vpid, signal, user, ThreadLocalRandom.current().nextLong(), new CompletableFuture<>());
        }
    }

    public SignalRouter(NodeId self, Transport transport, VprocService service) {
        this.self = self;
        this.transport = transport;
        this.service = service;
        transport.serve(VprocMessages.SignalRequest.class, (from, request) -> here(request).join());
        transport.serve(VprocMessages.RunsThere.class, (from, asked) -> service.runsHere(new VPid(asked.vpid()), asked.incarnation()));
        service.whereabouts().ask((node, vpid, incarnation) -> transport.call(node, new VprocMessages.RunsThere(vpid.value(), incarnation), ASK_DEADLINE));
    }

    /**
     * Completes when the kernel of the host has the signal, with whether the process stops by it; fails with NO_SUCH_PROCESS, NOT_PERMITTED, NODE_DOWN or what else keeps it from
     * the host.
     */
    public CompletableFuture<Boolean> signal(VPid vpid, int signal, String user) {
        Order order = new Order(vpid, signal, user);
        long giveUp = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GIVE_UP_MILLIS);
        attempt(order, code -> (code == ErrorCode.STALE_INCARNATION || code == ErrorCode.PEER_LOST) && System.nanoTime() < giveUp);
        return order.done;
    }

    /** As {@link #signal}, but waits for as long as the process is out of reach and whoever sent it wants it delivered. */
    CompletableFuture<Boolean> deliver(VPid vpid, int signal, String user, BooleanSupplier wanted) {
        Order order = new Order(vpid, signal, user);
        attempt(order, code -> code != ErrorCode.NO_SUCH_PROCESS && code != ErrorCode.NOT_PERMITTED && wanted.getAsBoolean());
        return order.done;
    }

    private void attempt(Order order, Predicate<ErrorCode> mayPass) {
        Optional<ProcessRow> row = service.row(order.vpid);
        CompletableFuture<Boolean> sent;
        if (row.isEmpty()) {
            sent = service.whereabouts().why(order.vpid).thenCompose(CompletableFuture::failedFuture);
        } else if (row.get().isZombie()) {
            sent = CompletableFuture.failedFuture(Whereabouts.none(order.vpid));
        } else {
            VprocMessages.SignalRequest request = new VprocMessages.SignalRequest(order.vpid.value(), row.get().incarnation(), order.signal, order.user,
                    order.id);
            sent = row.get().node().equals(self) ? here(request) : transport.call(row.get().node(), request, CALL_DEADLINE);
        }
        sent.whenComplete((ok, failure) -> {
            Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause == null) {
                order.done.complete(ok);
            } else if (cause instanceof SsiException refused && mayPass.test(refused.code())) {
                Executor later = CompletableFuture.delayedExecutor(AGAIN_MILLIS, TimeUnit.MILLISECONDS);
                later.execute(() -> attempt(order, mayPass));
            } else {
                order.done.completeExceptionally(cause);
            }
        });
    }

    /** To a process of this host, once for each order. */
    private CompletableFuture<Boolean> here(VprocMessages.SignalRequest request) {
        CompletableFuture<Boolean> sent;
        synchronized (recent) {
            sent = recent.computeIfAbsent(request.order(),
                    id -> service.signalHere(new VPid(request.vpid()), request.incarnation(), request.signal(), request.user()));
        }
        sent.whenComplete((ok, failure) -> {
            if (failure != null) {
                synchronized (recent) {
                    recent.remove(request.order(), sent);
                }
            }
        });
        return sent;
    }
}
