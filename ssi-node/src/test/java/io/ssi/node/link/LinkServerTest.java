package io.ssi.node.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may stand at the socket's path when a daemon starts. */
class LinkServerTest {
    @TempDir
    Path folder;
    private Path path;
    private LinkServer server;

    @BeforeEach
    void makeServer() {
        path = folder.resolve("daemon.sock");
        server = new LinkServer(path, (_, _) -> null);
    }

    private ServerSocketChannel listener() throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return listener.bind(UnixDomainSocketAddress.of(path));
    }

    private void refused(String why) {
        assertThatThrownBy(server::start).isInstanceOfSatisfying(SsiException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANNOT_START))
                .hasMessageContaining(path.toString()).hasMessageContaining(why);
        server.close();
    }

    private void answers() throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(channel.isConnected()).isTrue();
        }
    }

    @Test
    void aSocketOfADeadDaemonIsReplaced() throws IOException {
        listener().close();
        assertThat(path).exists();
        server.start();
        answers();
        server.close();
        assertThat(path).doesNotExist();
    }

    @Test
    void aSocketSomebodyListensOnStays() throws IOException {
        try (ServerSocketChannel other = listener()) {
            assertThat(other.isOpen()).isTrue();
            refused("another process listens");
            answers();
        }
    }

    @Test
    void aFileInTheWayStays() throws IOException {
        Files.writeString(path, "mine");
        refused("is no socket");
        assertThat(path).hasContent("mine");
    }
}
