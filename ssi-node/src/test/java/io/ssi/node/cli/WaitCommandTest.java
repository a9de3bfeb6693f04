package io.ssi.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.wire.LinkCodec;
import io.ssi.core.wire.LinkMessage;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a daemon that ends while it is asked. */
@Timeout(60)
class WaitCommandTest {
    @TempDir
    Path folder;

    private ServerSocketChannel listen() throws IOException {
        Path socket = folder.resolve("daemon.sock");
        Files.deleteIfExists(socket);
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
    }

    /** One life of a daemon: takes the question, and gives the answer or, for null, ends. */
    private static List<String> live(ServerSocketChannel listening, LinkMessage answer) throws IOException {
        try (ServerSocketChannel server = listening; SocketChannel command = server.accept()) {
            DataInputStream in = new DataInputStream(Channels.newInputStream(command));
            LinkCodec.read(in);
            LinkCodec.write(Channels.newOutputStream(command), new LinkMessage.Welcome(0, 1, "n1", 0, new byte[0], ""));
            LinkMessage.AdminRequest asked = (LinkMessage.AdminRequest) LinkCodec.read(in);
            if (answer != null) {
                LinkCodec.write(Channels.newOutputStream(command), answer);
            }
            List<String> words = new ArrayList<>(List.of(asked.verb()));
            words.addAll(asked.args());
            return words;
        }
    }

    @Test
    void itWaitsForTheNextDaemonAsWell() throws Exception {
        CommandRunner commands = new CommandRunner();
        Path socket = folder.resolve("daemon.sock");
        assertThat(commands.run("ssi-wait", "-s", socket.toString(), "1000001")).as("none at the beginning").isEqualTo(1);
        CompletableFuture<List<String>> first = new CompletableFuture<>();
        ServerSocketChannel server = listen();
        Thread daemon = Thread.startVirtualThread(() -> {
            try {
                first.complete(live(server, null));
                live(listen(), null);
                live(listen(), new LinkMessage.AdminReply(0, "", "{\"status\":7,\"signal\":0,\"cause\":\"\"}"));
            } catch (IOException e) {
                first.completeExceptionally(e);
            }
        });
        assertThat(commands.run("ssi-wait", "-s", socket.toString(), "1000001")).as(commands.err()).isEqualTo(7);
        assertThat(commands.err()).isEqualTo("ssi-wait: the node daemon at " + socket + " is gone; waiting until one is back\n");
        assertThat(first.get(1, TimeUnit.SECONDS)).containsExactly("wait", "vpid=1000001");
        daemon.join();
    }

    @Test
    void withATimeItWaitsForTheNextDaemonSoLong() throws Exception {
        CommandRunner commands = new CommandRunner();
        Path socket = folder.resolve("daemon.sock");
        CompletableFuture<List<String>> asked = new CompletableFuture<>();
        ServerSocketChannel server = listen();
        Thread daemon = Thread.startVirtualThread(() -> {
            try {
                asked.complete(live(server, null));
            } catch (IOException e) {
                asked.completeExceptionally(e);
            }
        });
        assertThat(commands.run("ssi-wait", "-s", socket.toString(), "--timeout", "200ms", "1000001")).isEqualTo(124);
        assertThat(commands.err()).contains("is gone; waiting until one is back", "has not ended in the time given").hasLineCount(2);
        assertThat(asked.get(1, TimeUnit.SECONDS)).startsWith("wait", "vpid=1000001");
        daemon.join();
    }
}
