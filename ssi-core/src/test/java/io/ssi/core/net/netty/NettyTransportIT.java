package io.ssi.core.net.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.net.ByteStream;
import io.ssi.core.net.MessageRegistry;
import io.ssi.core.net.TestMessages;
import io.ssi.core.net.TestMessages.Chain;
import io.ssi.core.net.TestMessages.Count;
import io.ssi.core.net.TestMessages.Echo;
import io.ssi.core.net.TestMessages.Header;
import io.ssi.core.net.Transport;
import io.ssi.core.net.link.Dispatcher;
import io.ssi.core.trust.ClusterKey;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NettyTransportIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    /** A label may have 63 letters: no name server is asked. */
    private static final String NO_HOST = "x".repeat(64) + ".invalid";
    private static final NodeId ONE = new NodeId(1);
    private static final NodeId TWO = new NodeId(2);

    private final ClusterKey key = ClusterKey.random();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    private NettyTransport node(ClusterKey itsKey, int port) {
        NettyTransport node = NettyTransport.start(new TransportConfig(new InetSocketAddress("127.0.0.1", port), itsKey, "test"),
                TestMessages.registry(), new SimpleMeterRegistry());
        opened.add(node);
        return node;
    }

    private List<NettyTransport> cluster(int count) {
        List<NettyTransport> nodes = IntStream.rangeClosed(1, count).mapToObj(_ -> node(key, 0)).toList();
        for (int i = 0; i < count; i++) {
            nodes.get(i).identify(new NodeId(i + 1));
        }
        for (NettyTransport one : nodes) {
            nodes.stream().filter(other -> other != one).forEach(other -> one.learn(other.self(), other.address()));
        }
        await().until(() -> nodes.stream().allMatch(one -> nodes.stream().allMatch(other -> one.isUp(other.self()))));
        return nodes;
    }

    private static <A> A get(CompletableFuture<A> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private static void assertFails(CompletableFuture<?> future, ErrorCode code, String text) {
        assertThatThrownBy(() -> get(future)).cause().isInstanceOfSatisfying(SsiException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(text);
    }

    @Test
    void callsAndMessagesBothWays() throws Exception {
        List<NettyTransport> nodes = cluster(3);
        for (NettyTransport node : nodes) {
            node.serve(Echo.class, (from, request) -> from + ">" + node.self() + " " + request.text());
        }
        for (NettyTransport one : nodes) {
            for (NettyTransport other : nodes) {
                assertThat(get(one.call(other.self(), new Echo("x"), SOON))).isEqualTo(one.self() + ">" + other.self() + " x");
            }
        }
        String big = "y".repeat(1_000_000);
        assertThat(get(nodes.get(0).call(TWO, new Echo(big), SOON))).endsWith(big);
        assertFails(nodes.get(0).call(TWO, new Echo("z".repeat(5_000_000)), SOON), ErrorCode.LIMIT, "stream");
        assertFails(nodes.get(0).call(TWO, new TestMessages.Fail(1), SOON), ErrorCode.BAD_ARGUMENT, "no handler for Fail");
        assertFails(nodes.get(0).call(TWO, new TestMessages.Unregistered(1), SOON), ErrorCode.BAD_ARGUMENT, "Unregistered");
        List<Integer> counts = new CopyOnWriteArrayList<>();
        nodes.get(1).receive(Count.class, (_, count) -> counts.add(count.value()));
        IntStream.range(0, 1000).forEach(i -> nodes.get(0).send(TWO, new Count(i)));
        await().until(() -> counts.size() == 1000);
        assertThat(counts).isSorted();
    }

    @Test
    void nodeWithAnotherKeyIsRefusedAndBothSidesSayWhy() throws Exception {
        NettyTransport member = node(key, 0);
        member.identify(ONE);
        member.serve(Echo.class, (from, request) -> request.text() + " " + from);
        NettyTransport stranger = node(ClusterKey.random(), 0);
        assertFails(stranger.callAddress(member.address(), new Echo("let me in"), SOON), ErrorCode.BAD_KEY, "belongs to a cluster with another key");
        await().untilAsserted(() -> assertThat(member.refusals()).singleElement().satisfies(refusal -> {
            assertThat(refusal.address()).startsWith("127.0.0.1:");
            assertThat(refusal.reason()).contains("another cluster key");
        }));
        NettyTransport friend = node(key, 0);
        assertThat(get(friend.callAddress(member.address(), new Echo("me too"), SOON))).isEqualTo("me too null");
        assertFails(friend.callAddress(new InetSocketAddress("127.0.0.1", 1), new Echo("x"), SOON), ErrorCode.NODE_DOWN, "no node listens at 127.0.0.1:1");
        assertFails(friend.callAddress(InetSocketAddress.createUnresolved(NO_HOST, 1), new Echo("x"), SOON), ErrorCode.NODE_DOWN, "no address is known for the host of " + NO_HOST + ":1");
        assertFails(friend.callAddress(new InetSocketAddress("10.255.255.1", 7700), new Echo("x"), SOON), ErrorCode.BAD_CONFIG, "this node listens at 127.0.0.1");
    }

    /** Same key, other messages: the daemon of another version. */
    @Test
    void nodeOfAnotherBuildIsRefusedAndBothSidesSayWhy() {
        NettyTransport member = node(key, 0);
        member.identify(ONE);
        NettyTransport other = NettyTransport.start(new TransportConfig(new InetSocketAddress("127.0.0.1", 0), key, "test"),
                new MessageRegistry().register(900, Echo.class), new SimpleMeterRegistry());
        opened.add(other);
        assertFails(other.callAddress(member.address(), new Echo("let me in"), SOON), ErrorCode.BAD_FRAME, "the two nodes run different versions of ssi");
        await().untilAsserted(() -> assertThat(member.refusals()).singleElement()
                .satisfies(refusal -> assertThat(refusal.reason()).contains("install the same on both")));
    }

    @Test
    void whoSpeaksNoTlsOrNoProtocolIsRefused() throws Exception {
        List<NettyTransport> nodes = cluster(2);
        NettyTransport node = nodes.get(0);
        try (Socket socket = new Socket(node.address().getAddress(), node.address().getPort())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEnds(socket);
        }
        await().untilAsserted(() -> assertThat(node.refusals()).extracting(Transport.Refusal::reason).containsExactly("it does not speak TLS"));
        for (byte[] garbage : List.of(new byte[] {0, 0, 0, 0}, new byte[] {0x7f, 0, 0, 0, 1}, new byte[] {0, 0, 0, 2, 99, 1}, new byte[] {0, 0, 0, 1, 2})) {
            try (Socket socket = TlsClient.connect(key, key, node.address())) {
                socket.getOutputStream().write(garbage);
                assertEnds(socket);
            }
        }
        assertThat(node.isUp(TWO)).isTrue();
    }

    /** Who does not care for the other side's certificate still has to show one. */
    @Test
    void certificateOfAnotherKeyIsRefusedBeforeAnythingIsParsed() throws Exception {
        NettyTransport node = node(key, 0);
        try (Socket socket = TlsClient.connect(ClusterKey.random(), key, node.address())) {
            socket.getOutputStream().write(new byte[] {0, 0, 0, 2, 99, 1});
            assertEnds(socket);
        } catch (IOException refusedAtOnce) {
            // TLS 1.3 tells the client with its next read or write.
        }
        await().untilAsserted(() -> assertThat(node.refusals()).extracting(Transport.Refusal::reason)
                .containsExactly("the certificate of \"CN=client\" was made with another cluster key"));
    }

    private static void assertEnds(Socket socket) throws IOException {
        socket.setSoTimeout(5000);
        try {
            socket.getInputStream().readAllBytes();
        } catch (java.net.SocketTimeoutException e) {
            throw e;
        } catch (IOException reset) {
            // Reset is an end, too.
        }
    }

    @Test
    void takenPortIsNamed() {
        NettyTransport node = node(key, 0);
        int port = node.address().getPort();
        assertThatThrownBy(() -> node(key, port)).isInstanceOfSatisfying(SsiException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_TAKEN))
                .hasMessageContaining("port " + port + " of 127.0.0.1 is taken");
    }

    /** All places for fresh requests are taken on both nodes by handlers that wait for nested ones. */
    @Test
    void nestedCallsUnderFullLoadEnd() throws Exception {
        List<NettyTransport> nodes = cluster(2);
        for (NettyTransport node : nodes) {
            node.serve(Chain.class, (_, chain) -> {
                if (chain.nodes().isEmpty()) {
                    return List.of(node.self());
                }
                List<NodeId> rest = node.call(chain.nodes().getFirst(), new Chain(chain.nodes().subList(1, chain.nodes().size())), SOON).get();
                List<NodeId> all = new ArrayList<>(List.of(node.self()));
                all.addAll(rest);
                return all;
            });
        }
        List<CompletableFuture<List<NodeId>>> answers = new ArrayList<>();
        for (int i = 0; i < 4 * Dispatcher.FRESH_MAX; i++) {
            answers.add(nodes.get(i % 2).call(new NodeId(2 - i % 2), new Chain(List.of(ONE, TWO, ONE, TWO)), SOON));
        }
        for (CompletableFuture<List<NodeId>> answer : answers) {
            assertThat(get(answer)).hasSize(5).endsWith(ONE, TWO, ONE, TWO);
        }
    }

    @Test
    void bulkAndBlockedStreamsDoNotDelayCalls() throws Exception {
        List<NettyTransport> nodes = cluster(2);
        nodes.get(1).serve(Echo.class, (_, request) -> request.text());
        CountDownLatch end = new CountDownLatch(1);
        nodes.get(1).accept(Header.class, (_, header, stream) -> {
            if (header.purpose().equals("blocked")) {
                end.await();
            }
            stream.input().transferTo(OutputStream.nullOutputStream());
        });
        ByteStream blocked = nodes.get(0).open(TWO, new Header("blocked"));
        ByteStream bulk = nodes.get(0).open(TWO, new Header("bulk"));
        List<Thread> writers = List.of(pour(blocked), pour(bulk));
        await().until(() -> writers.getFirst().getState() == Thread.State.WAITING);
        long[] micros = new long[200];
        for (int i = 0; i < micros.length; i++) {
            long start = System.nanoTime();
            get(nodes.get(0).call(TWO, new Echo("x"), SOON));
            micros[i] = (System.nanoTime() - start) / 1000;
        }
        Arrays.sort(micros);
        assertThat(micros[micros.length / 2]).as("median call beside bulk, microseconds").isLessThan(20_000);
        blocked.reset("the test is over");
        bulk.reset("the test is over");
        end.countDown();
        for (Thread writer : writers) {
            writer.join(5000);
            assertThat(writer.isAlive()).isFalse();
        }
    }

    private static Thread pour(ByteStream stream) {
        return Thread.ofPlatform().daemon().start(() -> {
            byte[] bytes = new byte[100_000];
            try {
                while (true) {
                    stream.output().write(bytes);
                }
            } catch (IOException reset) {
                // As the test asked.
            }
        });
    }

    @Test
    void streamsHalfCloseAndRefuse() throws Exception {
        List<NettyTransport> nodes = cluster(2);
        nodes.get(1).accept(Header.class, (from, header, stream) -> {
            if (header.purpose().equals("fail")) {
                throw new IOException("as asked");
            }
            long bytes = stream.input().transferTo(OutputStream.nullOutputStream());
            stream.output().write((from + " sent " + bytes).getBytes(StandardCharsets.UTF_8));
            stream.close();
        });
        long start = System.nanoTime();
        try (ByteStream stream = nodes.get(0).open(TWO, new Header("count"))) {
            byte[] megabyte = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                stream.output().write(megabyte);
            }
            stream.output().close();
            assertThat(new String(stream.input().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("1 sent 67108864");
        }
        System.getLogger("test").log(System.Logger.Level.INFO, "64 MiB in {0} ms", (System.nanoTime() - start) / 1_000_000);
        ByteStream failing = nodes.get(0).open(TWO, new Header("fail"));
        assertThatThrownBy(() -> failing.input().read()).isInstanceOf(IOException.class).hasMessageContaining("as asked");
        ByteStream unwanted = nodes.get(1).open(ONE, new Header("x"));
        assertThatThrownBy(() -> unwanted.input().read()).isInstanceOf(IOException.class).hasMessageContaining("accepts no stream Header");
    }

    @Test
    void restartedPeerIsToldAsDownThenUp() throws Exception {
        List<NettyTransport> nodes = cluster(2);
        NettyTransport two = nodes.get(1);
        List<String> events = new CopyOnWriteArrayList<>();
        nodes.get(0).onLink((node, up, _) -> events.add(node + (up ? " up" : " down")));
        ByteStream stream = two.open(ONE, new Header("x"));
        two.close();
        assertThatThrownBy(() -> stream.output().write(1)).isInstanceOf(IOException.class);
        await().until(() -> events.equals(List.of("2 down")));
        NettyTransport again = node(key, two.address().getPort());
        again.serve(Echo.class, (_, request) -> request.text());
        again.identify(TWO);
        await().until(() -> events.equals(List.of("2 down", "2 up")));
        assertThat(get(nodes.get(0).call(TWO, new Echo("back"), SOON))).isEqualTo("back");
        nodes.get(0).forget(TWO);
        await().until(() -> !again.isUp(ONE));
    }

    @Test
    void killedPeerIsNoticedAtOnceAndPausedOneStays() throws Exception {
        NettyTransport one = node(key, 0);
        one.identify(ONE);
        int port = freePort();
        Process process = PeerProcess.start(key, 2, port, 1, one.address().getPort());
        opened.add(process::destroyForcibly);
        List<String> events = new CopyOnWriteArrayList<>();
        one.onLink((node, up, cause) -> events.add(node + (up ? " up" : " down " + cause)));
        one.learn(TWO, new InetSocketAddress("127.0.0.1", port));
        await().atMost(Duration.ofSeconds(20)).until(() -> one.isUp(TWO));
        assertThat(get(one.call(TWO, new Echo("hello"), SOON))).isEqualTo("hello");
        // A pause with a full pipe: the window of the paused side's kernel closes, and that is no death either.
        Thread writer = pour(one.open(TWO, new Header("bulk")));
        PeerProcess.signal(process, "STOP");
        CompletableFuture<String> during = one.call(TWO, new Echo("late"), SOON);
        assertThat(during).isNotDone();
        await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(7)).until(() -> one.isUp(TWO));
        PeerProcess.signal(process, "CONT");
        assertThat(get(during)).isEqualTo("late");
        PeerProcess.signal(process, "KILL");
        await().atMost(Duration.ofSeconds(1)).until(() -> !one.isUp(TWO));
        await().until(() -> events.size() == 2);
        assertThat(events.get(1)).startsWith("2 down link to 127.0.0.1:" + port + " broke: ");
        writer.join(5000);
        assertThat(writer.isAlive()).isFalse();
        assertFails(one.call(TWO, new Echo("x"), SOON), ErrorCode.PEER_LOST, "no link to node 2: ");
    }

    private static int freePort() throws IOException {
        try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
