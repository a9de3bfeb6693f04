package io.ssi.vproc.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.Transport;
import io.ssi.vproc.ProcessRow;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Brings a signal to a process wherever it lives, also when it moves meanwhile. */
public final class SignalRouter {
    private static final long GIVE_UP_MILLIS = 10_000;
    private static final long AGAIN_MILLIS = 200;
    /** Longer than a move may take, because the host holds a signal until the move is over. */
    private static final Duration CALL_DEADLINE = Duration.ofSeconds(60);

    private final NodeId self;
    private final Transport transport;
    private final VprocService service;

    public SignalRouter(NodeId self, Transport transport, VprocService service) {
        this.self = self;
        this.transport = transport;
        this.service = service;
        transport.serve(VprocMessages.SignalRequest.class, (from, request) -> {
            service.signalHere(new VPid(request.vpid()), request.incarnation(), request.signal(), request.user()).join();
            return null;
        });
    }

    /** Completes when the kernel of the host has the signal; fails with NO_SUCH_PROCESS, NOT_PERMITTED or what kept it from the host. */
    public CompletableFuture<Void> signal(VPid vpid, int signal, String user) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        attempt(vpid, signal, user, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GIVE_UP_MILLIS), done);
        return done;
    }

    private void attempt(VPid vpid, int signal, String user, long giveUp, CompletableFuture<Void> done) {
        ProcessRow row = service.row(vpid).filter(found -> !found.isZombie()).orElse(null);
        if (row == null) {
            done.completeExceptionally(new SsiException(ErrorCode.NO_SUCH_PROCESS, "there is no process " + vpid + "; ssi-ps shows all"));
            return;
        }
        CompletableFuture<Void> sent = row.node().equals(self)
                ? service.signalHere(vpid, row.incarnation(), signal, user)
                : transport.call(row.node(), new VprocMessages.SignalRequest(vpid.value(), row.incarnation(), signal, user), CALL_DEADLINE);
        sent.whenComplete((ok, failure) -> {
            Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause == null) {
                done.complete(null);
            } else if (mayPass(cause) && System.nanoTime() < giveUp) {
                Executor later = CompletableFuture.delayedExecutor(AGAIN_MILLIS, TimeUnit.MILLISECONDS);
                later.execute(() -> attempt(vpid, signal, user, giveUp, done));
            } else {
                done.completeExceptionally(cause);
            }
        });
    }

    /** It moved between the look into the table and the signal; the table will know soon. */
    private static boolean mayPass(Throwable cause) {
        return cause instanceof SsiException refused && refused.code() == ErrorCode.STALE_INCARNATION;
    }
}
