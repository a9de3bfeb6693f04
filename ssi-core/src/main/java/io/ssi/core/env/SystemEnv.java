package io.ssi.core.env;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machine's own clocks and one timer thread. A task that throws is logged and harms no other. */
public final class SystemEnv implements Env, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SystemEnv.class);

    private final ScheduledThreadPoolExecutor scheduler;
    private final TimeSource time = new TimeSource() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public long millis() {
            return System.currentTimeMillis();
        }
    };

    public SystemEnv() {
        scheduler = new ScheduledThreadPoolExecutor(1, task -> Thread.ofPlatform().daemon().name("ssi-timers").unstarted(task));
        // Most timers are deadlines of calls that are answered in time: drop them when cancelled, not when due.
        scheduler.setRemoveOnCancelPolicy(true);
        scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public TimeSource time() {
        return time;
    }

    @Override
    public Timers timers() {
        return this::after;
    }

    @Override
    public RandomGenerator random() {
        return () -> ThreadLocalRandom.current().nextLong();
    }

    private Timers.Timer after(Duration delay, Runnable task) {
        try {
            ScheduledFuture<?> future = scheduler.schedule(() -> runLogged(task), delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException closed) {
            return () -> { };
        }
    }

    private static void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.error("a timer task failed", e);
        }
    }

    @Override
    public void close() {
        scheduler.shutdown();
    }
}
