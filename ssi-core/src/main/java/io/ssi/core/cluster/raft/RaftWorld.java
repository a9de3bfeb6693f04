package io.ssi.core.cluster.raft;

import io.microraft.executor.RaftNodeExecutor;
import io.ssi.core.env.Env;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Time as a member of the group sees it. MicroRaft counts heartbeats in whole seconds, which makes fail-over slow; so its clock runs
 * faster by the scale, and its delays are shorter by it. The clock is monotonic: a step of the wall clock must not depose a leader.
 *
 * @param serial runs tasks one after the other, in order; everything of the member runs on it
 */
record RaftWorld(Env env, Executor serial, int scale, Random random) {
    private static final long START_MILLIS = 1_000_000;

    RaftNodeExecutor executor() {
        return new RaftNodeExecutor() {
            @Override
            public void execute(Runnable task) {
                serial.execute(task);
            }

            @Override
            public void submit(Runnable task) {
                serial.execute(task);
            }

            @Override
            public void schedule(Runnable task, long delay, TimeUnit unit) {
                env.timers().after(Duration.ofNanos(unit.toNanos(delay) / scale), () -> serial.execute(task));
            }
        };
    }

    Clock clock() {
        long start = env.time().nanos();
        return new Clock() {
            @Override
            public long millis() {
                return START_MILLIS + (env.time().nanos() - start) / 1_000 * scale / 1_000;
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(millis());
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }
}
