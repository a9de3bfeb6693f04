package io.ssi.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two control planes in JVMs of their own, over Netty with TLS and Hazelcast: one is killed, and comes back with its number. */
@Timeout(120)
class ClusterProcessIT {
    private static final Duration START = Duration.ofSeconds(40);

    @TempDir
    Path folder;
    private final List<Process> processes = new ArrayList<>();
    private int port;

    @BeforeEach
    void freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.9.1"))) {
            port = free.getLocalPort();
        }
    }

    private Process start(int node, String output, String... seed) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:+UseSerialGC"));
        command.addAll(HazelcastFlags.JVM);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ClusterProcess.class.getName(), "127.0.9." + node, Integer.toString(port),
                folder.resolve("n" + node).toString(), folder.resolve("key").toString()));
        command.addAll(List.of(seed));
        Process process = new ProcessBuilder(command).redirectOutput(folder.resolve(output).toFile())
                .redirectError(folder.resolve(output + ".err").toFile()).start();
        processes.add(process);
        await().atMost(START).pollInterval(Duration.ofMillis(50)).until(() -> read(output).contains(" READY " + node + " ") || !process.isAlive());
        assertThat(process.isAlive()).as(read(output + ".err")).isTrue();
        return process;
    }

    private String read(String output) throws IOException {
        return Files.readString(folder.resolve(output));
    }

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void aKilledDaemonIsDownWithinASecondAndComesBackWithItsNumber() throws IOException {
        start(1, "one");
        Process two = start(2, "two", "127.0.9.1");
        await().atMost(START).until(() -> read("one").contains("CHANGE 2 UP"));
        long killed = System.nanoTime();
        two.destroyForcibly();
        await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(5)).until(() -> read("one").contains("CHANGE 2 SUSPECT"));
        assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(1));
        await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(5)).until(() -> read("one").contains("CHANGE 2 DOWN"));
        start(2, "again");
        await().atMost(START).until(() -> read("one").lastIndexOf("CHANGE 2 UP") > read("one").indexOf("CHANGE 2 DOWN"));
    }
}
