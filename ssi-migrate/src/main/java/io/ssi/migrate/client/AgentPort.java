package io.ssi.migrate.client;

import io.ssi.core.wire.LinkMessage;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;

/** What the migration client needs from the agent around it. */
public interface AgentPort {
    /** To the daemon, in order; blocks while the daemon is slow, throws when it is gone. */
    void send(LinkMessage message) throws java.io.IOException;

    /** The class file as this JVM runs it: the original with the agent's weaving. */
    byte[] wovenBytes(Class<?> type);

    Instrumentation instrumentation();

    /** A lookup that may do everything. */
    MethodHandles.Lookup trusted();

    /** Raises or lowers SsiHook.pending and switches the polls in loops on or off, compiled code included. */
    void pending(boolean now);

    boolean isAgentThread(Thread thread);

    /** Standard input that was read and not yet given to the program; empty if none. */
    byte[] takeInputBuffer();

    void giveInputBuffer(byte[] bytes);

    /** Replaces this JVM by the deputy (token), or with 0 ends it at once. Does not return. */
    void depart(long token);

    int vpid();
}
