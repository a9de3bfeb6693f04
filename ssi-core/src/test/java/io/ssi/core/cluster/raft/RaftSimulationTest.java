package io.ssi.core.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RaftSimulationTest {
    private static final int SEEDS = Integer.getInteger("ssi.sim.seeds", 60);
    private static final long FIRST = Long.getLong("ssi.sim.first", 1);

    @Test
    void whatWasAcknowledgedStaysAndNothingIsGivenTwice() {
        long decided = 0;
        List<Long> stuck = new ArrayList<>();
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            RaftSimulation simulation = new RaftSimulation(seed);
            try {
                simulation.run();
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + " failed; again with: mvn -pl ssi-core -am test -Dtest=RaftSimulationTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dssi.sim.seeds=1 -Dssi.sim.first=" + seed, e);
            }
            decided += simulation.decided;
            if (simulation.stuck > 0) {
                stuck.add(seed);
            }
        }
        // A simulation in which nothing is decided proves nothing.
        // Known limit of MicroRaft 0.7 (its pull request 54): a deposed leader with a snapshot and only unreplicated entries behind it is
        // never synced again. Safety holds and the majority goes on; with a snapshot every 20 commits it is provoked here.
        assertThat(stuck).as("seeds with a member that did not catch up").hasSizeLessThanOrEqualTo(1 + SEEDS / 20);
        assertThat(decided).isGreaterThan(20L * SEEDS);
    }
}
