package io.ssi.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** DESIGN 11.1 for moves: at most one copy runs, and at rest exactly one unless the only copy was killed. -Dssi.seed=N replays one run. */
class MoveSimulationTest {
    private static final int SEEDS = Integer.getInteger("ssi.seeds", 5_000);

    @Test
    void exactlyOneCopySurvivesWhateverFails() {
        Long only = Long.getLong("ssi.seed");
        long moves = 0;
        for (long seed = only == null ? 1 : only; seed <= (only == null ? SEEDS : only); seed++) {
            MoveSimulation simulation = new MoveSimulation(seed);
            try {
                moves += simulation.run();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + " (replay: mvn test -pl ssi-migrate -am -Dtest=MoveSimulationTest -Dssi.seed=" + seed
                        + " -Dsurefire.failIfNoSpecifiedTests=false): " + e.getMessage(), e);
            }
        }
        assertThat(moves).as("moves committed").isGreaterThan(only == null ? SEEDS : 0L);
    }
}
