package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import io.ssi.core.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three daemons that reach each other by the network only: the member connections of the maps are relayed, a cable can be pulled. */
@Timeout(180)
class SeparateHostsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** After cuts that follow each other closely rows may come late by a minute or two, see docs/safety.md. */
    private static final Duration MAPS_PATIENCE = Duration.ofSeconds(180);

    @TempDir
    Path folder;
    private ClusterOfThree cluster;

    @Test
    void aVanishedHostAndAKilledDaemonAreNoticedAndComeBack() throws Exception {
        try (SeparateHosts hosts = hosts(); ClusterOfThree three = new ClusterOfThree(folder, hosts)) {
            cluster = three;
            cluster.start();
            allSeeAll();

            long pulled = System.currentTimeMillis();
            hosts.cable(3, false);
            noticed(3, pulled, Duration.ofSeconds(3));
            // Long enough for the maps to part as well, so that they have to merge.
            await().atMost(PATIENCE).until(() -> nodes(1).get(2).get("state").equals("DOWN") && nodes(3).get(0).get("state").equals("DOWN"));
            hosts.cable(3, true);
            allSeeAll();

            long killed = System.currentTimeMillis();
            cluster.kill(2);
            noticed(2, killed, Duration.ofSeconds(1));
            cluster.start(2);
            allSeeAll();
            aProgramIsSeenByAllAndMoves();
        }
    }

    private static SeparateHosts hosts() {
        try {
            return SeparateHosts.make();
        } catch (IOException e) {
            System.err.println("SeparateHostsIT is skipped, network namespaces cannot be made here: " + e.getMessage());
            return abort(e.getMessage());
        }
    }

    private List<Map<String, Object>> nodes(int asked) {
        return ClusterOfThree.objects(ClusterOfThree.object(Json.parse(cluster.ask(asked, "ssi-cluster", "--json").out())).get("nodes"));
    }

    /** Each sees three nodes that are up, and from the map what each tells of itself. */
    private void allSeeAll() {
        await().atMost(MAPS_PATIENCE).untilAsserted(() -> {
            for (int asked = 1; asked <= ClusterOfThree.NODES; asked++) {
                assertThat(nodes(asked)).as("as node %d sees it", asked).hasSize(ClusterOfThree.NODES)
                        .allSatisfy(node -> assertThat(node).containsEntry("state", "UP").extracting("cores").isNotNull());
            }
        });
    }

    /** The other two saw it not long after; when they did, they say themselves. */
    private void noticed(int node, long sinceMillis, Duration limit) {
        for (int asked = 1; asked <= ClusterOfThree.NODES; asked++) {
            if (asked != node) {
                int other = asked;
                Long after = await().atMost(PATIENCE).until(() -> noticedAfter(other, node, sinceMillis), Objects::nonNull);
                assertThat(after).as("milliseconds until node %d noticed that node %d was gone", asked, node).isLessThan(limit.toMillis());
            }
        }
    }

    private Long noticedAfter(int asked, int node, long sinceMillis) {
        return ClusterOfThree.objects(Json.parse(cluster.ask(asked, "ssi-cluster", "--history", "--json").out())).stream()
                .filter(change -> change.get("node").equals((long) node) && "UP".equals(change.get("from")) && (Long) change.get("atMillis") >= sinceMillis)
                .map(change -> (Long) change.get("atMillis") - sinceMillis).findFirst().orElse(null);
    }

    private void aProgramIsSeenByAllAndMoves() throws Exception {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        MoveBetweenNodesIT.compile(classes);
        try (Program program = new Program(cluster.socket(3), classes, List.of(), "Talk")) {
            program.awaitOut("ready\n");
            await().atMost(PATIENCE).until(() -> !cluster.ps(1, "Talk").isEmpty() && !cluster.ps(2, "Talk").isEmpty());
            int vpid = ((Long) cluster.ps(2, "Talk").getFirst().get("vpid")).intValue();
            cluster.move(2, vpid, 1);
            assertThat(program.answer("add 1")).isEqualTo("sum 1");
        }
    }
}
