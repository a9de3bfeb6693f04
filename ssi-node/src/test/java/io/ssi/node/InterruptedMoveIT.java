package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.wire.LinkCodec;
import io.ssi.core.wire.LinkMessage;
import java.io.DataInputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A user who waits for a move no longer. */
@Timeout(120)
class InterruptedMoveIT {
    @TempDir
    Path folder;

    @Test
    void saysThatTheMoveGoesOn() throws Exception {
        Path socket = folder.resolve("daemon.sock");
        Path said = folder.resolve("said");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket))) {
            Process command = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                    System.getProperty("java.class.path"), "io.ssi.node.cli.Main", "ssi-migrate", "-s", socket.toString(), "1000001", "2").redirectError(said.toFile()).start();
            try (SocketChannel daemon = server.accept()) {
                DataInputStream in = new DataInputStream(Channels.newInputStream(daemon));
                OutputStream out = Channels.newOutputStream(daemon);
                assertThat(LinkCodec.read(in)).isInstanceOf(LinkMessage.Hello.class);
                LinkCodec.write(out, new LinkMessage.Welcome(0, 1, "n1", 0, new byte[0], ""));
                assertThat(LinkCodec.read(in)).isInstanceOfSatisfying(LinkMessage.AdminRequest.class, request -> assertThat(request.verb()).isEqualTo("migrate"));
                command.destroy();
                assertThat(command.waitFor(60, TimeUnit.SECONDS)).isTrue();
            } finally {
                command.destroyForcibly();
            }
            assertThat(Files.readString(said)).isEqualTo("ssi-migrate: interrupted; the move of process"
                    + " 1000001 goes on without this command; see where it is with: ssi-where 1000001\n");
            assertThat(command.exitValue()).isEqualTo(143);
        }
    }
}
