package io.ssi.core.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ssi.core.env.SimulatedEnv;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.net.TestMessages.Count;
import io.ssi.core.net.TestMessages.Echo;
import io.ssi.core.net.TestMessages.Fail;
import io.ssi.core.net.TestMessages.Header;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalNetworkTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    private final LocalNetwork network = new LocalNetwork(1);

    @AfterEach
    void close() {
        network.close();
    }

    private List<LocalTransport> cluster(int count) {
        List<LocalTransport> cluster = network.cluster(count, TestMessages.registry());
        await().until(() -> cluster.stream().allMatch(one -> cluster.stream().allMatch(other -> one.isUp(other.self()))));
        return cluster;
    }

    @Test
    void callsAnswersAndFailures() throws Exception {
        List<LocalTransport> cluster = cluster(3);
        cluster.get(1).serve(Echo.class, (from, request) -> from + " said " + request.text());
        cluster.get(1).serve(Fail.class, (_, request) -> {
            throw new SsiException(ErrorCode.of(request.code()), "as asked");
        });
        NodeId two = new NodeId(2);
        assertThat(cluster.get(2).call(two, new Echo("hello"), SOON).get(5, TimeUnit.SECONDS)).isEqualTo("3 said hello");
        assertThat(cluster.get(1).call(two, new Echo("me"), SOON).get(5, TimeUnit.SECONDS)).isEqualTo("2 said me");
        assertCode(cluster.get(0).call(two, new Fail(ErrorCode.PINNED.number()), SOON), ErrorCode.PINNED, "as asked");
        assertCode(cluster.get(0).call(new NodeId(3), new Echo("x"), SOON), ErrorCode.BAD_ARGUMENT, "no handler for Echo");
        assertCode(cluster.get(0).call(two, new TestMessages.Unregistered(1), SOON), ErrorCode.BAD_ARGUMENT, "Unregistered");
        assertCode(cluster.get(0).call(new NodeId(9), new Echo("x"), SOON), ErrorCode.PEER_LOST, "node 9");
    }

    @Test
    void joiningByAddressBeforeNumbersAreKnown() throws Exception {
        LocalTransport seed = network.node(new InetSocketAddress("127.0.0.1", 1), TestMessages.registry());
        LocalTransport joining = network.node(new InetSocketAddress("127.0.0.1", 2), TestMessages.registry());
        seed.identify(new NodeId(1));
        seed.serve(Echo.class, (from, request) -> request.text() + " from " + from);
        assertThat(joining.callAddress(seed.address(), new Echo("join"), SOON).get(5, TimeUnit.SECONDS)).isEqualTo("join from null");
        joining.identify(new NodeId(2));
        assertThat(joining.callAddress(seed.address(), new Echo("again"), SOON).get(5, TimeUnit.SECONDS)).isEqualTo("again from 2");
    }

    @Test
    void cutLinksFailWhatIsOnThemAndHeal() throws Exception {
        List<LocalTransport> cluster = cluster(2);
        LocalTransport one = cluster.get(0);
        LocalTransport two = cluster.get(1);
        List<String> events = new CopyOnWriteArrayList<>();
        one.onLink((node, up, cause) -> events.add(node + (up ? " up" : " down: " + cause)));
        two.serve(TestMessages.Block.class, (_, _) -> new CompletableFuture<Integer>().get());
        CompletableFuture<Integer> answer = one.call(two.self(), new TestMessages.Block(1), SOON);
        ByteStream stream = one.open(two.self(), new Header("x"));
        network.cut(one, two);
        assertCode(answer, ErrorCode.PEER_LOST, "the network was cut");
        assertThatThrownBy(() -> stream.input().read()).isInstanceOf(IOException.class);
        assertThat(one.isUp(two.self())).isFalse();
        network.heal(one, two);
        await().untilAsserted(() -> assertThat(events).containsExactly("2 down: link to /127.0.0.1:7002 broke: the network was cut", "2 up"));
    }

    @Test
    void streamsCarryBytesBothWaysAndEnd() throws Exception {
        List<LocalTransport> cluster = cluster(2);
        cluster.get(1).accept(Header.class, (_, header, stream) -> {
            byte[] all = stream.input().readAllBytes();
            stream.output().write((header.purpose() + ":" + all.length).getBytes(StandardCharsets.UTF_8));
            stream.close();
        });
        try (ByteStream stream = cluster.get(0).open(new NodeId(2), new Header("count"))) {
            stream.output().write(new byte[3_000_000]);
            stream.output().close();
            assertThat(new String(stream.input().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("count:3000000");
        }
    }

    @Test
    void sameSeedSameRun() {
        assertThat(simulate(7)).isEqualTo(simulate(7)).hasSizeBetween(20, 80);
        assertThat(simulate(8)).isNotEqualTo(simulate(7));
    }

    private static List<String> simulate(long seed) {
        SimulatedEnv env = new SimulatedEnv(seed);
        List<String> log = new ArrayList<>();
        try (LocalNetwork network = new LocalNetwork(seed, env, env.executor())) {
            network.delay(Duration.ofMillis(1), Duration.ofMillis(50));
            network.loss(0.3);
            List<LocalTransport> cluster = network.cluster(3, TestMessages.registry());
            for (LocalTransport node : cluster) {
                node.receive(Count.class, (from, count) -> log.add(env.time().nanos() + " " + from + ">" + node.self() + " " + count.value()));
            }
            env.run(Duration.ofMillis(1));
            for (int i = 0; i < 24; i++) {
                cluster.get(i % 3).send(new NodeId((i + 1) % 3 + 1), new Count(i));
                cluster.get(i % 3).send(new NodeId((i + 2) % 3 + 1), new Count(i));
                env.run(Duration.ofMillis(5));
            }
            env.run(Duration.ofSeconds(1));
        }
        return log;
    }

    private static void assertCode(CompletableFuture<?> future, ErrorCode code, String text) {
        assertThatThrownBy(() -> future.get(5, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class).cause()
                .isInstanceOfSatisfying(SsiException.class, e -> assertThat(e.code()).isEqualTo(code)).hasMessageContaining(text);
    }
}
