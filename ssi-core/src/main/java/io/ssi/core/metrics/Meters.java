package io.ssi.core.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.function.Supplier;

/**
 * Meters of one daemon, all named {@code ssi.<area>.<what>}. Asking twice for a name gives the same meter. Thread-safe; recording
 * never blocks.
 */
public final class Meters {
    private static final String PREFIX = "ssi.";

    private final MeterRegistry registry;

    public Meters(MeterRegistry registry) {
        this.registry = registry;
    }

    public Counter counter(String name, String description) {
        return Counter.builder(PREFIX + name).description(description).register(registry);
    }

    public Timer timer(String name, String description) {
        return Timer.builder(PREFIX + name).description(description).register(registry);
    }

    /** The value is asked for when somebody reads the meter, on that thread: it must not block. */
    public void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(PREFIX + name, value).description(description).register(registry);
    }

    public MeterRegistry registry() {
        return registry;
    }
}
