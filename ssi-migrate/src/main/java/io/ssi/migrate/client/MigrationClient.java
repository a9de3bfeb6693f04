package io.ssi.migrate.client;

import io.ssi.core.wire.LinkMessage;

/** One per JVM: takes the daemon's migration messages and the hooks' calls. */
public final class MigrationClient {
    private final AgentPort port;

    public MigrationClient(AgentPort port) {
        this.port = port;
    }

    /** A message of the migration kind; called on the link's reader thread, in order. */
    public void onMessage(LinkMessage message) {
        throw new UnsupportedOperationException(message + " for " + port.vpid());
    }

    /** The current thread of the program stops here, see SsiHook.Handler. */
    public void stop(int kind, Object object, long remainingNanos) throws InterruptedException {
    }

    public void lambda(Object factory, Class<?> proxy) {
    }

    /** Landing: this class (internal name) is initialised already at the source, so its initialiser must not run. */
    public boolean isInitialised(String internalName) {
        return false;
    }
}
