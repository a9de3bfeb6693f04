package io.ssi.core.env;

import java.util.random.RandomGenerator;

/** Time, timers and random numbers of one daemon or one simulation. All parts may be used from any thread unless the implementation says otherwise. */
public interface Env {
    TimeSource time();

    Timers timers();

    /** For spreading (back-off, choice of a peer); never for secrets. */
    RandomGenerator random();
}
