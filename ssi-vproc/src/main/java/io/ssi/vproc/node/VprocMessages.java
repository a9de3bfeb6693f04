package io.ssi.vproc.node;

import io.ssi.core.net.MessageRegistry;
import io.ssi.core.net.Transport;

/** What daemons say to each other about processes. Field types are primitives, strings and byte arrays only. */
public final class VprocMessages {
    /**
     * To the host of a process. Answered when the signal was given to the kernel, with whether the process stops by it; sent again with the
     * same order it is given only once.
     */
    record SignalRequest(int vpid, int incarnation, int signal, String user, long order) implements Transport.Request<Boolean> {}

    /** Whether a process runs on the node that is asked, so far as that knows. */
    record RunsThere(int vpid, int incarnation) implements Transport.Request<Boolean> {}

    /** Header of the stream that carries one output of a moved process to its deputy's node. */
    record OutputHeader(int vpid, int incarnation, int fd) implements Transport.Message {}

    /** To the deputy's node: the program reads standard input from this position on. Asked again until it is answered. */
    record StdinWanted(int vpid, int incarnation, long position, int max) implements Transport.Message {}

    /** To the host that asked: what stands there, empty for an end of file. May be lost. */
    record StdinData(int vpid, int incarnation, long position, byte[] bytes) implements Transport.Message {}

    /**
     * To the deputy's node: the process ended. Answered when that is told at the terminal, and asked again until then. Output that is on its way is
     * still delivered before.
     *
     * @param outputOver no more output will come of it: all is delivered or given up
     */
    record ProcessEnded(int vpid, int incarnation, int status, int signal, String cause, boolean outputOver) implements Transport.Request<Void> {}

    private VprocMessages() {}

    public static void register(MessageRegistry registry) {
        registry.register(100, SignalRequest.class)
                .register(101, OutputHeader.class)
                .register(102, StdinWanted.class)
                .register(103, StdinData.class)
                .register(105, ProcessEnded.class)
                .register(106, RunsThere.class);
    }
}
