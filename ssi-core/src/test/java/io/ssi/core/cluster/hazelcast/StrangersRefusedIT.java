package io.ssi.core.cluster.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import io.ssi.core.cluster.ClusterMap;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Guards what rests on Hazelcast's internals: a member without the key stays out, and a client finds no door. */
@Timeout(60)
class StrangersRefusedIT {
    private final String cluster = UUID.randomUUID().toString();
    private final LoopbackPlan plan = new LoopbackPlan(cluster);
    private final Set<Integer> listed = ConcurrentHashMap.newKeySet();

    private HazelcastMaps member(int node, String key, Set<Integer> list) {
        return new HazelcastMaps(cluster, node, plan, node == 1 ? List.of() : List.of(1), key.getBytes(), new HazelcastMaps.MemberList() {
            @Override
            public void listed(int other) {
                list.add(other);
            }

            @Override
            public void unlisted(int other) {
                list.remove(other);
            }
        });
    }

    @Test
    void onlyTheKeyOpens() {
        try (HazelcastMaps one = member(1, "right", listed)) {
            ClusterMap map = one.map("vproc");
            map.put(7, new ClusterMap.Row(1, 3, new byte[] {1}));
            Set<Integer> seenByWrong = ConcurrentHashMap.newKeySet();
            try (HazelcastMaps wrong = member(2, "wrong", seenByWrong)) {
                assertThat(seenByWrong).isEmpty();
                assertThat(wrong.map("vproc").all()).isEmpty();
            }
            // The open-source member ignores the interceptor it is configured with, so this one answers no challenge.
            assertThatThrownBy(() -> Hazelcast.newHazelcastInstance(stranger())).isInstanceOf(IllegalStateException.class);
            ClientConfig client = new ClientConfig().setClusterName("ssi-" + cluster);
            client.getNetworkConfig().addAddress(plan.text(1));
            client.getConnectionStrategyConfig().getConnectionRetryConfig().setClusterConnectTimeoutMillis(1500);
            assertThatThrownBy(() -> HazelcastClient.newHazelcastClient(client)).isInstanceOf(IllegalStateException.class);
            assertThat(listed).isEmpty();
            try (HazelcastMaps right = member(2, "right", ConcurrentHashMap.newKeySet())) {
                await().atMost(Duration.ofSeconds(5)).until(() -> listed.contains(2));
                ClusterMap there = right.map("vproc");
                await().atMost(Duration.ofSeconds(5)).until(() -> there.get(7).isPresent());
            }
            await().atMost(Duration.ofSeconds(5)).until(listed::isEmpty);
            assertThatThrownBy(() -> member(1, "right", listed)).isInstanceOfSatisfying(SsiException.class,
                    e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_TAKEN));
        }
    }

    private Config stranger() {
        Config config = MemberConfig.of(cluster, 3, plan, MemberConfig.join(plan, List.of(1)), new KeyedHandshake(new byte[] {1}));
        config.setInstanceName("stranger");
        config.setProperty("hazelcast.max.join.seconds", "1");
        return config;
    }
}
