package io.ssi.node.cli;

import java.nio.file.Path;

/** Where the daemon of this host listens unless told otherwise; the agent looks at the same places in the same order. */
public final class SocketPath {
    private SocketPath() {}

    /** {@code -Dssi.socket}, else the environment's SSI_SOCKET, else daemon.sock in {@link #defaultStateDir}. */
    public static Path find() {
        String named = System.getProperty("ssi.socket", System.getenv("SSI_SOCKET"));
        return named != null && !named.isEmpty() ? Path.of(named).toAbsolutePath() : defaultStateDir().resolve("daemon.sock");
    }

    /** /var/lib/ssi for root, ~/.ssi for anybody else. */
    public static Path defaultStateDir() {
        return "root".equals(System.getProperty("user.name")) ? Path.of("/var/lib/ssi") : Path.of(System.getProperty("user.home"), ".ssi");
    }
}
