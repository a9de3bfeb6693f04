package io.ssi.vproc.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that owns the table of the hosted processes, and what others hand to it. */
final class OwnerThread implements AutoCloseable {
    private static final long ASK_MILLIS = 10_000;
    private static final Logger LOG = LoggerFactory.getLogger(OwnerThread.class);

    private final NodeId self;
    private final ScheduledThreadPoolExecutor executor =
            new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("ssi-vproc").daemon(true).factory());

    OwnerThread(NodeId self) {
        this.self = self;
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    ScheduledThreadPoolExecutor executor() {
        return executor;
    }

    <T> T ask(Callable<T> question) {
        try {
            return executor.submit(question).get(ASK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SsiException refused ? refused : new IllegalStateException(e.getCause());
        } catch (TimeoutException | RejectedExecutionException e) {
            throw new SsiException(ErrorCode.TIMEOUT, "the process table of node " + self + " did not answer within " + ASK_MILLIS + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SsiException(ErrorCode.TIMEOUT, "interrupted", e);
        }
    }

    void post(Runnable work) {
        later(work, 0);
    }

    void later(Runnable work, int millis) {
        try {
            executor.schedule(guarded(work), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            LOG.debug("the process table is closed; one event is dropped");
        }
    }

    void regularly(Runnable work, long millis) {
        executor.scheduleWithFixedDelay(guarded(work), millis, millis, TimeUnit.MILLISECONDS);
    }

    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.error("an event of the process table failed", e);
            }
        };
    }

    @Override
    public void close() {
        executor.shutdown();
    }
}
