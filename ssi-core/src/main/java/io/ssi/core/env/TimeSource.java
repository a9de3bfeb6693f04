package io.ssi.core.env;

/** Two clocks: one to measure with, one to show. Neither blocks. */
public interface TimeSource {
    /** Monotonic nanoseconds with an arbitrary start; the only clock that decisions are made by. */
    long nanos();

    /** Milliseconds since 1970-01-01 UTC; may jump, so only for logs and people. */
    long millis();
}
