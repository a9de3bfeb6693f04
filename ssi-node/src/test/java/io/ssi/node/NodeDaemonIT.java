package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.json.Json;
import io.ssi.core.wire.LinkCodec;
import io.ssi.core.wire.LinkMessage;
import io.ssi.node.cli.CommandRunner;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real daemons, started and asked by the real commands; a shell's sleep stands for a JVM. */
@Timeout(120)
class NodeDaemonIT {
    @TempDir
    Path folder;

    private final CommandRunner commands = new CommandRunner();
    private final List<Process> programs = new ArrayList<>();
    private Path state;
    private int port;

    @BeforeEach
    void freePort() throws IOException {
        state = folder.resolve("one");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
    }

    @AfterEach
    void stopAll() {
        programs.forEach(Process::destroyForcibly);
        for (Path each : List.of(state, folder.resolve("two"))) {
            if (Files.exists(each.resolve("daemon.sock"))) {
                node("stop", each, port);
            }
        }
    }

    private int node(String verb, Path stateDir, int onPort, String... more) {
        List<String> arguments = new ArrayList<>(List.of("ssi-node", verb));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("-o", "state-dir=" + stateDir, "-o", "name=" + stateDir.getFileName(), "-o", "port=" + onPort));
        return commands.run(arguments.toArray(String[]::new));
    }

    private int ask(String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command, "-s", state.resolve("daemon.sock").toString()));
        all.addAll(List.of(arguments));
        return commands.run(all.toArray(String[]::new));
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> ps(String... options) {
        List<String> all = new ArrayList<>(List.of("--json"));
        all.addAll(List.of(options));
        assertThat(ask("ssi-ps", all.toArray(String[]::new))).isZero();
        return (List<Map<String, Object>>) Json.parse(commands.out());
    }

    /** A program as its agent introduces it. */
    private final class Program implements AutoCloseable {
        final Process process;
        final SocketChannel channel;
        final LinkMessage welcome;

        Program(int vpid, Process process) throws IOException {
            this.process = process;
            this.channel = SocketChannel.open(UnixDomainSocketAddress.of(state.resolve("daemon.sock")));
            say(new LinkMessage.Hello(LinkMessage.PROTOCOL, LinkMessage.Role.APP, 0, process.pid(), 0, "jdk", "Main", List.of("x"), "", "/",
                    System.currentTimeMillis(), vpid, vpid == 0 ? 0 : 1, 0, new byte[0]));
            welcome = LinkCodec.read(new DataInputStream(Channels.newInputStream(channel)));
        }

        int vpid() {
            return ((LinkMessage.Welcome) welcome).vpid();
        }

        void say(LinkMessage message) throws IOException {
            channel.write(ByteBuffer.wrap(LinkCodec.encode(message)));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private Program program() throws IOException {
        Process process = new ProcessBuilder("sleep", "1000").start();
        programs.add(process);
        return new Program(0, process);
    }

    @Test
    void aProgramIsShownSignalledAndGoneAndNumbersSurviveARestart() throws Exception {
        assertThat(node("start", state, port)).as(commands.err()).isZero();
        assertThat(commands.out()).startsWith("node 1 (one) listens at 127.0.0.1:" + port).hasLineCount(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state))).isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("daemon.sock")))).isEqualTo("rw-------");

        Program killed = program();
        Program kept = program();
        assertThat(killed.vpid()).isEqualTo(1000001);
        kept.say(new LinkMessage.Report(7, 50L << 20));
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(ps()).anySatisfy(row ->
                assertThat(row).containsEntry("vpid", 1000002L).containsEntry("threads", 7L).containsEntry("heapBytes", 50L << 20).containsEntry("command", "Main x")));
        assertThat(ask("ssi-where", "1000001")).isZero();
        assertThat(commands.out()).contains("1000001 is on node 1 (running, host OS pid " + killed.process.pid());

        assertThat(ask("ssi-kill", "-KILL", "1000001")).isZero();
        assertThat(killed.process.waitFor(5, TimeUnit.SECONDS)).isTrue();
        killed.close();
        await().atMost(Duration.ofSeconds(3)).untilAsserted(() -> assertThat(ps()).hasSize(1));
        assertThat(ask("ssi-kill", "1000001")).isEqualTo(ErrorCode.NO_SUCH_PROCESS.exitCode());
        assertThat(commands.err()).contains("there is no process 1000001");

        assertThat(node("status", state, port, "--json")).isZero();
        assertThat(commands.out()).contains("\"node\":1").contains("ssi.vproc.processes");
        assertThat(node("start", state, port)).isZero();
        assertThat(commands.out()).startsWith("runs already: node 1");
        assertThat(node("start", state, port, "--foreground")).isEqualTo(1);

        assertThat(node("stop", state, port)).as(commands.err()).isZero();
        kept.close();
        assertThat(node("start", state, port)).as(commands.err()).isZero();
        assertThat(commands.out()).startsWith("node 1 (one)");
        try (Program again = new Program(kept.vpid(), kept.process); Program next = program()) {
            assertThat(again.vpid()).isEqualTo(1000002);
            assertThat(next.vpid()).isGreaterThan(1000002);
        }
    }

    @Test
    void garbageIsRefusedAndTheDaemonGoesOn() throws Exception {
        assertThat(node("start", state, port)).as(commands.err()).isZero();
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(state.resolve("daemon.sock")))) {
            channel.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            assertThat(LinkCodec.read(new DataInputStream(Channels.newInputStream(channel)))).isInstanceOf(LinkMessage.Refused.class);
        }
        assertThat(ps()).isEmpty();
        // Nor does a copy of its folder disturb it, at whatever port.
        Path copy = Files.createDirectories(folder.resolve("copy/cluster")).getParent();
        for (String file : List.of("cluster/node", "cluster.key", "kept.conf", "daemon.pid")) {
            Files.copy(state.resolve(file), copy.resolve(file));
        }
        for (int onPort : new int[] {port, port + 1}) {
            assertThat(node("start", copy, onPort)).isEqualTo(1);
            assertThat(commands.err()).startsWith("ssi-node: the state folder " + copy + " is a copy of " + state + ", from which node 1 of this cluster runs already (pid ")
                    .contains("ssi-node join HOST:PORT --key " + state.resolve("cluster.key")).hasLineCount(1);
        }
        assertThat(ps()).isEmpty();
    }

    @Test
    void whatKeepsADaemonFromStartingIsOneSentence() throws Exception {
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(node("start", state, taken.getLocalPort())).isEqualTo(1);
            assertThat(commands.err()).contains("port " + port).hasLineCount(1);
        }
        Files.writeString(state.resolve("cluster.key"), "rubbish");
        assertThat(node("start", state, port)).isEqualTo(1);
        assertThat(commands.err()).contains("cluster.key").hasLineCount(1);
        assertThat(node("start", state, port, "-o", "prot=1")).isEqualTo(2);
        assertThat(commands.err()).contains("prot").contains("port").hasLineCount(1);
        assertThat(node("status", state, port)).isEqualTo(1);
        assertThat(commands.err()).contains("no node daemon listens").hasLineCount(1);
    }

    @Test
    void aSecondNodeJoinsWithTheKeyAndIsSeen() throws IOException {
        assertThat(node("start", state, port)).as(commands.err()).isZero();
        Path two = folder.resolve("two");
        assertThat(node("join", two, port, "127.0.0.1:" + port, "-o", "address=127.0.0.2")).isEqualTo(1);
        assertThat(commands.err()).contains("cluster key");
        String key = state.resolve("cluster.key").toString();
        assertThat(node("join", two, port, "127.0.0.1:" + port, "--key", key, "-o", "address=127.0.0.2")).as(commands.err()).isZero();
        assertThat(commands.out()).startsWith("node 2 (two)");
        assertThat(ask("ssi-cluster")).isZero();
        assertThat(commands.out()).contains("one").contains("two").contains("UP");
        assertThat(ask("ssi-cluster", "--history")).isZero();
        assertThat(node("stop", two, port)).isZero();
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            assertThat(ask("ssi-cluster")).isZero();
            assertThat(commands.out().lines().filter(line -> line.contains("LEFT"))).singleElement().asString().endsWith(" -");
        });
        // It comes back as the node it was, by its folder alone; never as another without the key.
        String folderAlone = "state-dir=" + two;
        Files.move(two.resolve("cluster.key"), two.resolve("elsewhere"));
        assertThat(commands.run("ssi-node", "start", "-o", folderAlone)).isEqualTo(1);
        assertThat(commands.err()).contains("there is no cluster key at " + two.resolve("cluster.key")).hasLineCount(1);
        Files.move(two.resolve("elsewhere"), two.resolve("cluster.key"));
        assertThat(commands.run("ssi-node", "start", "-o", folderAlone)).as(commands.err()).isZero();
        assertThat(commands.out()).startsWith("node 2 (two) listens at 127.0.0.2:" + port);
    }
}
