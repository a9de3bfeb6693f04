package io.ssi.core.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RaftSimulationTest {
    private static final int SEEDS = Integer.getInteger("ssi.sim.seeds", 200);
    private static final long FIRST = Long.getLong("ssi.sim.first", 1);

    @Test
    void whatWasAcknowledgedStaysAndNothingIsGivenTwice() {
        long decided = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            RaftSimulation simulation = new RaftSimulation(seed);
            try {
                simulation.run();
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + " failed; again with: mvn -pl ssi-core -am test -Dtest=RaftSimulationTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dssi.sim.seeds=1 -Dssi.sim.first=" + seed, e);
            }
            decided += simulation.decided;
        }
        // A simulation in which nothing is decided proves nothing.
        assertThat(decided).isGreaterThan(20L * SEEDS);
    }
}
