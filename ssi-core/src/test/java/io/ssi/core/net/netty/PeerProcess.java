package io.ssi.core.net.netty;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ssi.core.id.NodeId;
import io.ssi.core.net.TestMessages;
import io.ssi.core.trust.ClusterKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A node in a JVM of its own, to be killed and stopped. Arguments: key, number, port, number and port of the peer. */
public final class PeerProcess {
    private PeerProcess() {}

    public static void main(String[] args) throws IOException {
        NettyTransport node = NettyTransport.start(new TransportConfig(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[2])),
                ClusterKey.parse(args[0], "argument"), "peer"), TestMessages.registry(), new SimpleMeterRegistry());
        node.serve(TestMessages.Echo.class, (_, request) -> request.text());
        node.accept(TestMessages.Header.class, (_, _, stream) -> {
            byte[] buffer = new byte[64 * 1024];
            while (stream.input().read(buffer) >= 0) {
                // Drains for ever.
            }
        });
        node.identify(new NodeId(Integer.parseInt(args[1])));
        node.learn(new NodeId(Integer.parseInt(args[3])), new InetSocketAddress("127.0.0.1", Integer.parseInt(args[4])));
        System.in.read(); // ends with the test that started it
        node.close();
    }

    static Process start(ClusterKey key, int number, int port, int peer, int peerPort) throws IOException {
        return new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), PeerProcess.class.getName(), key.text(),
                "" + number, "" + port, "" + peer, "" + peerPort).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    static void signal(Process process, String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start();
        if (!kill.waitFor(5, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IOException("kill failed: " + new String(kill.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
