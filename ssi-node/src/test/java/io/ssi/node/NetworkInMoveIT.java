package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import io.ssi.core.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The network that is cut, or silent for a moment, at a step of a move; each node has a network of its own. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NetworkInMoveIT {
    /** Shorter than what makes a link count as broken. */
    private static final Duration HICCUP = Duration.ofMillis(600);

    @TempDir
    static Path folder;

    private SeparateHosts hosts;
    private ClusterOfThree cluster;
    private Path classes;
    private FaultedMove move;

    @BeforeAll
    void startNodes() throws Exception {
        try {
            hosts = SeparateHosts.make();
        } catch (IOException e) {
            System.err.println("NetworkInMoveIT is skipped, network namespaces cannot be made here: " + e.getMessage());
            abort(e.getMessage());
        }
        classes = Files.createDirectory(folder.resolve("classes"));
        MoveBetweenNodesIT.compile(classes);
        cluster = new ClusterOfThree(folder, hosts);
        cluster.start();
    }

    @AfterAll
    void stopNodes() throws IOException {
        if (cluster != null) {
            cluster.close();
        }
        if (hosts != null) {
            hosts.close();
        }
    }

    @AfterEach
    void endPrograms() throws IOException {
        if (cluster != null) {
            FaultedMove.cleanUp(cluster, move);
            move = null;
        }
    }

    /** A source on its own cannot know whether its proposal was taken: it stands still and says so, until it can ask. */
    @Test
    void aSourceThatCannotKnowSaysSoWaitsAndGoesOn() throws Exception {
        move = new FaultedMove(cluster, classes, 1, 2);
        CompletableFuture<ClusterOfThree.Said> answer = move.orderAndHold("source", "Propose", () -> cut(1));
        await().atMost(FaultedMove.AGREE).untilAsserted(() -> assertThat(cluster.ps(1, "Talk")).singleElement()
                .satisfies(row -> assertThat(row).containsEntry("state", "UNDECIDED").containsEntry("node", 1L)));
        assertThat(cluster.ask(1, "ssi-ps").out()).contains(" undecided ");
        assertThat(answer).isNotDone();
        hosts.cable(1, true);
        ClusterOfThree.Said said = answer.join();
        assertThat(said.out() + said.err()).contains("the outcome of the commit is not known");
        move.goesOn();
    }

    /** Pulls the cable of a node, and waits until both sides have noticed. */
    private void cut(int node) throws IOException {
        hosts.cable(node, false);
        int other = node % ClusterOfThree.NODES + 1;
        await().atMost(FaultedMove.AGREE).until(() -> state(other, node).equals("DOWN") && state(node, other).equals("DOWN"));
    }

    private String state(int asked, int node) {
        return ClusterOfThree.objects(ClusterOfThree.object(Json.parse(cluster.ask(asked, "ssi-cluster", "--json").out())).get("nodes")).get(node - 1)
                .get("state").toString();
    }

    /** The cable of one side is pulled at a step of this side, and plugged in again when the move can have noticed. */
    @Tag("long")
    @ParameterizedTest
    @MethodSource("everyStep")
    void aCutAtAnyStep(String side, String step) throws Exception {
        move = new FaultedMove(cluster, classes, 1, 2);
        CompletableFuture<ClusterOfThree.Said> answer = move.orderAndHold(side, step, () -> cut(move.node(side)));
        hosts.cable(move.node(side), true);
        answer.join();
        move.goesOn();
    }

    /** A network that says nothing for a moment delays a move, no more. */
    @ParameterizedTest
    @CsvSource({"source, ToPeer.ImageEnd"})
    void aHiccupAtAStep(String side, String step) throws Exception {
        move = new FaultedMove(cluster, classes, 1, 2);
        CompletableFuture<ClusterOfThree.Said> answer = move.orderAndHold(side, step, () -> hosts.cable(move.node(side), false));
        LockSupport.parkNanos(HICCUP.toNanos());
        hosts.cable(move.node(side), true);
        answer.join();
        move.goesOn();
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("everyStep")
    void aHiccupAtAnyStep(String side, String step) throws Exception {
        aHiccupAtAStep(side, step);
    }

    static Stream<Arguments> everyStep() {
        return CrashInMoveIT.everyStep();
    }
}
