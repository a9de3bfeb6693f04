package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Daemons, JVMs, streams and the group's leader that die at each step of a move. The network is NetworkInMoveIT's. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashInMoveIT {
    @TempDir
    static Path folder;

    private ClusterOfThree cluster;
    private Path classes;
    private FaultedMove move;

    @BeforeAll
    void startNodes() throws Exception {
        classes = Files.createDirectory(folder.resolve("classes"));
        MoveBetweenNodesIT.compile(classes);
        cluster = new ClusterOfThree(folder);
        cluster.start();
    }

    @AfterAll
    void stopNodes() throws IOException {
        if (cluster != null) {
            cluster.close();
        }
    }

    @AfterEach
    void endPrograms() throws IOException {
        FaultedMove.cleanUp(cluster, move);
        move = null;
    }

    private void moveWithFault(String side, String step, String action) throws Exception {
        move = new FaultedMove(cluster, classes, 1, 2);
        move.order(side, step, action);
        if (action.equals("halt")) {
            cluster.died(move.node(side));
            cluster.start(move.node(side));
        }
    }

    @ParameterizedTest
    @CsvSource({"source, ToPeer.ImageEnd, halt", "source, Propose, halt", "source, HandOver, halt", "target, ToPeer.Built, halt", "target, Adopt, halt",
        "target, ToJvm.ImageEnd, kill", "target, ToPeer.Built, cut", "source, Propose, cut"})
    void theProgramGoesOn(String side, String step, String action) throws Exception {
        moveWithFault(side, step, action);
        move.goesOn();
    }

    /** Before the commit the source is the only copy, after it the target. */
    @ParameterizedTest
    @CsvSource({"source, ToPeer.ImageEnd, kill", "target, ToJvm.Go, kill"})
    void aKilledOnlyCopyIsGoneAndItsUserIsTold(String side, String step, String action) throws Exception {
        moveWithFault(side, step, action);
        move.isGone();
    }

    /** Its terminal is lost, it is not: it reads the end of its input, and ends by itself. */
    @ParameterizedTest
    @CsvSource({"source, HandOver, kill"})
    void aSourceKilledAfterTheCommitTakesNothingWithIt(String side, String step, String action) throws Exception {
        moveWithFault(side, step, action);
        move.endsWithItsInput();
    }

    /** Source and target are the two that follow; the group finds another leader in the middle of the move. */
    @ParameterizedTest
    @CsvSource({"source, Propose"})
    void theLeaderDiesAndTheMoveGoesOn(String side, String step) throws Exception {
        int leader = await().atMost(FaultedMove.AGREE).until(() -> cluster.leader(1), node -> node != 0);
        move = new FaultedMove(cluster, classes, leader % ClusterOfThree.NODES + 1, (leader + 1) % ClusterOfThree.NODES + 1);
        ClusterOfThree.Said said = move.orderAndHold(side, step, () -> cluster.kill(leader)).join();
        cluster.start(leader);
        assertThat(said.exitCode()).as(said.err()).isZero();
        assertThat(move.agreed()).containsEntry("node", (long) move.target);
        move.goesOn();
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("everyStep")
    void theLeaderDiesAtAnyStep(String side, String step) throws Exception {
        theLeaderDiesAndTheMoveGoesOn(side, step);
    }

    static Stream<Arguments> everyStep() {
        return Stream.concat(FaultedMove.SOURCE_STEPS.stream().map(step -> Arguments.of("source", step)),
                FaultedMove.TARGET_STEPS.stream().map(step -> Arguments.of("target", step)));
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("everyFault")
    void anyFault(String side, String step, String action) throws Exception {
        moveWithFault(side, step, action);
        switch (action.equals("kill") ? killed(side, step) : Outcome.GOES_ON) {
            case GOES_ON -> move.goesOn();
            case GONE -> move.isGone();
            case RUNS_WITHOUT_TERMINAL -> move.endsWithItsInput();
            case EITHER -> {
                await().atMost(FaultedMove.AGREE).until(() -> !move.program.process.isAlive() || cluster.ps(1, "Talk").stream()
                        .anyMatch(row -> row.get("state").equals("RUNNING") && row.get("node").equals(1L)));
                if (move.program.process.isAlive()) {
                    move.goesOn();
                } else {
                    move.isGone();
                }
            }
        }
    }

    private enum Outcome { GOES_ON, GONE, RUNS_WITHOUT_TERMINAL, EITHER }

    /** What the death of a JVM just before a step leads to. */
    private static Outcome killed(String side, String step) {
        if (side.equals("source")) {
            return Set.of("Propose", "HandOver", "ToPeer.Go", "End").contains(step) ? Outcome.RUNS_WITHOUT_TERMINAL : Outcome.GONE;
        }
        return switch (step) {
            case "ToJvm.Land", "ToPeer.LandReady", "ToJvm.ImageEnd" -> Outcome.GOES_ON;
            case "ToPeer.Built" -> Outcome.EITHER; // its last word and the news of its end race
            default -> Outcome.GONE;
        };
    }

    static Stream<Arguments> everyFault() {
        return everyStep().map(Arguments::get).flatMap(at -> Stream.of("halt", "kill", "cut", "hang-up")
                .filter(action -> !at[1].equals("StartJvm") || action.equals("halt") || action.equals("cut"))
                .map(action -> Arguments.of(at[0], at[1], action)));
    }

}
