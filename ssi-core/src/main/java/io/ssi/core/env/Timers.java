package io.ssi.core.env;

import java.time.Duration;

/** Runs tasks later. */
public interface Timers {
    /**
     * Runs the task once after the delay, on the timer thread: it must be short and must not block. Tasks of equal due time run
     * in the order they were given. Does nothing after the timers were closed.
     */
    Timer after(Duration delay, Runnable task);

    /** One task that waits. */
    interface Timer {
        /** The task will not run unless it already started. Safe to repeat. */
        void cancel();
    }
}
