package io.ssi.vproc.node;

import io.ssi.core.id.VPid;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the Raft group about births and ends, in order for each process, and tries again with the same request id until the
 * group answered: starting a program must not wait for a quorum. Used by the service's one thread only.
 */
final class PlaceWriter {
    private static final long RETRY_MILLIS = 500;
    private static final Logger LOG = LoggerFactory.getLogger(PlaceWriter.class);

    private final ScheduledExecutorService owner;
    /** The last command of each process that is not answered yet. */
    private final Map<Integer, CompletableFuture<Void>> unanswered = new HashMap<>();

    PlaceWriter(ScheduledExecutorService owner) {
        this.owner = owner;
    }

    /** Completes when the group applied all that was told about the process so far. */
    CompletableFuture<Void> settled(VPid vpid) {
        return unanswered.getOrDefault(vpid.value(), CompletableFuture.completedFuture(null));
    }

    int pending() {
        return unanswered.size();
    }

    void tell(VPid vpid, LongFunction<CompletableFuture<Void>> command) {
        long requestId = ThreadLocalRandom.current().nextLong();
        CompletableFuture<Void> answered = new CompletableFuture<>();
        CompletableFuture<Void> before = settled(vpid);
        unanswered.put(vpid.value(), answered);
        answered.whenCompleteAsync((done, failure) -> unanswered.remove(vpid.value(), answered), owner);
        before.whenComplete((done, failure) -> attempt(vpid, command, requestId, answered, 1));
    }

    private void attempt(VPid vpid, LongFunction<CompletableFuture<Void>> command, long requestId, CompletableFuture<Void> answered, int count) {
        command.apply(requestId).whenComplete((done, failure) -> {
            if (failure == null) {
                answered.complete(null);
                return;
            }
            if (count == 1) {
                LOG.info("the place of process {} is not yet recorded: {}; trying again until there is a quorum", vpid, failure.getMessage());
            }
            if (owner.isShutdown()) {
                answered.cancel(false);
            } else {
                owner.schedule(() -> attempt(vpid, command, requestId, answered, count + 1), RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }
}
