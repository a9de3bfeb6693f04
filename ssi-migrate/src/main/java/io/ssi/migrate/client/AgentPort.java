package io.ssi.migrate.client;

import io.ssi.core.wire.LinkMessage;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.util.List;

/** What the migration client needs from the agent around it. */
public interface AgentPort {
    /** To the daemon, in order; blocks while the daemon is slow, throws when it is gone. */
    void send(LinkMessage message) throws java.io.IOException;

    /** The class file as this JVM runs it: the original with the agent's weaving. */
    byte[] wovenBytes(Class<?> type);

    /** Sentences about classes of this JDK that are not as the rule table says; a program that uses one cannot move. */
    List<String> unexpected();

    Instrumentation instrumentation();

    /** A lookup that may do everything. */
    MethodHandles.Lookup trusted();

    /** Raises or lowers SsiHook.pending and switches the polls in loops on or off, compiled code included. */
    void pending(boolean now);

    boolean isAgentThread(Thread thread);

    /**
     * What the image has of the OS process, before it has anything else: which outputs are broken, what of the input was read and not yet
     * given to the program, which signals are ignored, and in {@code SsiProcess} the program's handlers of others.
     */
    byte[] copyProcess();

    /** Goes on as {@link #copyProcess} found it; after statics are restored. */
    void restoreProcess(byte[] copy);

    /** How far this JVM's move is: shared with the connection, whose loss may decide about it. */
    io.ssi.migrate.JvmMove move();

    /** This landing will never run the program: ends it. Does not return. */
    void giveUp();

    /** Replaces this JVM by the deputy (token), or with 0 ends it at once. Does not return. */
    void depart(long token);

    int vpid();

    /** When the agent started, before the program's first class was loaded; milliseconds since 1970. */
    long startMillis();
}
