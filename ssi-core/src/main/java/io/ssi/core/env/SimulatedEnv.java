package io.ssi.core.env;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * A world whose time stands still until the simulation moves it, and whose random numbers come from a seed: the same seed and
 * the same program give the same run. Not thread-safe: everything runs on the thread that calls {@link #run}.
 */
public final class SimulatedEnv implements Env {
    private static final long START_MILLIS = 1_000_000_000_000L;

    private record Task(long dueNanos, long order, Runnable body) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return dueNanos != other.dueNanos ? Long.compare(dueNanos, other.dueNanos) : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private final SplittableRandom random;
    private long nowNanos;
    private long order;

    public SimulatedEnv(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public TimeSource time() {
        return new TimeSource() {
            @Override
            public long nanos() {
                return nowNanos;
            }

            @Override
            public long millis() {
                return START_MILLIS + nowNanos / 1_000_000;
            }
        };
    }

    @Override
    public Timers timers() {
        return (delay, body) -> {
            Task task = new Task(nowNanos + Math.max(0, delay.toNanos()), order++, body);
            tasks.add(task);
            return () -> tasks.remove(task);
        };
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    /** Runs each task at the present time, after those already due. */
    public Executor executor() {
        return task -> timers().after(Duration.ZERO, task);
    }

    /** Runs the next due task, moving time to it; false when none waits. */
    public boolean step() {
        Task next = tasks.poll();
        if (next == null) {
            return false;
        }
        nowNanos = Math.max(nowNanos, next.dueNanos());
        next.body().run();
        return true;
    }

    /** Runs everything due within the duration and ends exactly that much later. */
    public void run(Duration duration) {
        long end = nowNanos + duration.toNanos();
        while (!tasks.isEmpty() && tasks.peek().dueNanos() <= end) {
            step();
        }
        nowNanos = end;
    }
}
