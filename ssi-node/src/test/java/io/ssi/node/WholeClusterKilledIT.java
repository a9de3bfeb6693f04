package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All daemons of a cluster are killed at once while programs run, and started again: the same nodes, the same processes. */
@Timeout(120)
class WholeClusterKilledIT {
    @TempDir
    Path folder;

    private final List<Program> programs = new ArrayList<>();
    private ClusterOfThree cluster;
    private Path classes;

    @BeforeEach
    void prepare() throws Exception {
        classes = Files.createDirectory(folder.resolve("classes"));
        MoveBetweenNodesIT.compile(classes);
        cluster = new ClusterOfThree(folder);
    }

    @AfterEach
    void stop() throws IOException {
        programs.forEach(Program::close);
        cluster.close();
    }

    /** Number of a program that was started on this node. */
    private int talk(int node) throws IOException {
        Program program = new Program(cluster.socket(node), classes, List.of(), "Talk");
        programs.add(program);
        program.awaitOut("ready\n");
        return await().atMost(Program.PATIENCE).until(() -> cluster.ps(node, "").stream().filter(row -> row.get("osPid").equals(program.process.pid()))
                .map(row -> ((Long) row.get("vpid")).intValue()).findAny().orElse(0), number -> number != 0);
    }

    /** Where each process is and in which incarnation, as a node sees it. */
    private Map<Long, List<Object>> places(int asked) {
        Map<Long, List<Object>> places = new java.util.TreeMap<>();
        cluster.ps(asked, "").forEach(row -> places.put((Long) row.get("vpid"), List.of(row.get("node"), row.get("incarnation"))));
        return places;
    }

    private void allSee(Map<Long, List<Object>> places, int nodes) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            for (int asked = 1; asked <= nodes; asked++) {
                assertThat(places(asked)).as("as node %d sees it", asked).isEqualTo(places);
                assertThat(cluster.ask(asked, "ssi-cluster").out().lines().filter(line -> line.contains(" UP "))).hasSize(nodes);
            }
        });
    }

    @Test
    void twoNodes() throws Exception {
        allComeBack(2);
    }

    @Test
    void threeNodes() throws Exception {
        allComeBack(3);
    }

    private void allComeBack(int nodes) throws Exception {
        int[] all = new int[nodes];
        for (int node = 1; node <= nodes; node++) {
            cluster.start(node);
            all[node - 1] = node;
        }
        int stayed = talk(1);
        int moved = talk(1);
        int last = talk(nodes);
        cluster.move(1, moved, 2);
        Map<Long, List<Object>> before = Map.of((long) stayed, List.of(1L, 1L), (long) moved, List.of(2L, 2L), (long) last, List.of((long) nodes, 1L));
        allSee(before, nodes);

        cluster.kill(all);
        for (int node = nodes; node >= 1; node--) {
            cluster.start(node);
        }
        allSee(before, nodes);
        assertThat(talk(1)).as("the number of a new program").isNotIn(stayed, moved, last);
        assertThat(cluster.move(nodes, moved, 1)).containsEntry("incarnation", 3L);
        assertThat(programs.getFirst().answer("pid")).isEqualTo(stayed + " " + stayed + " " + stayed);
    }
}
