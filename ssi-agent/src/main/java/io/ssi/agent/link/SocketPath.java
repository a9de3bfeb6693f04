package io.ssi.agent.link;

import java.io.File;

/** Where the daemon of this user listens unless something else is said; as every command of the installation finds it. */
final class SocketPath {
    private SocketPath() {}

    /** Reads the environment, for which the JDK loads much: not on the way of the program's start. */
    static String standard() {
        String named = System.getProperty("ssi.socket");
        if (named == null) {
            named = System.getenv("SSI_SOCKET");
        }
        if (named != null && !named.isEmpty()) {
            return named;
        }
        return usual();
    }

    /** Where nothing is said at all. */
    static String usual() {
        return "root".equals(System.getProperty("user.name")) ? "/var/lib/ssi/daemon.sock"
                : System.getProperty("user.home") + File.separator + ".ssi" + File.separator + "daemon.sock";
    }
}
