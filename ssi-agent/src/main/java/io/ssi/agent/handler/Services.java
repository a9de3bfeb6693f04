package io.ssi.agent.handler;

import io.ssi.migrate.client.MigrationClient;

/** What the hooks need of the rest of the agent. Thread-safe. */
public interface Services {
    /** Made at the first call, since most programs never move. */
    MigrationClient migration();

    /** True for threads that never stop. */
    boolean isAgentThread(Thread thread);

    /** Number of this process; waits, bounded, while the daemon is being reached; 0 without a cluster. */
    int processId();

    /** Node it runs on; 0 without a cluster. */
    int node();

    /** Tells the daemon the exit status; bounded, never throws. */
    void exiting(int status);

    /** Asks to be moved; the number of the request. @throws IllegalStateException if the daemon is not to be reached */
    long requestMove(int node);

    /** Why the request was refused; null while it was not. */
    String refusal(long request);

    /** A lookup that may do everything. */
    java.lang.invoke.MethodHandles.Lookup trusted();
}
