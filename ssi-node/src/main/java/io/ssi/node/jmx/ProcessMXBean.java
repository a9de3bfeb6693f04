package io.ssi.node.jmx;

/** One process of the cluster, wherever it is. Operations block until they are done; failures are their exception's message. */
@Described("A process of the cluster, wherever it is")
public interface ProcessMXBean {
    @Described("Its number in the cluster, the same for life")
    int getVPid();

    @Described("Number of the process that started it, 0 for none")
    int getParent();

    @Described("Number of the node it runs on")
    int getNode();

    @Described("Number of the node it was started on")
    int getOrigin();

    @Described("Number that the kernel of its node has for its JVM")
    long getOsPid();

    @Described("The user it belongs to")
    String getUser();

    @Described("RUNNING, STOPPED, MOVING, ZOMBIE or UNDECIDED")
    String getState();

    @Described("Live threads")
    int getThreads();

    @Described("Processor time used, of its JVMs before moves too, ms")
    long getCpuMillis();

    @Described("What the last collection left of the heap, bytes; what is in use before the first one")
    long getHeapBytes();

    @Described("Main class or jar, with the arguments")
    String getCommand();

    @Described("1, and one more after each move")
    int getIncarnation();

    /** Moves it; returns the result with the pause and its parts as JSON. */
    @Described("Moves it while it runs, and gives the pause with its parts as JSON; what keeps it from moving may take 5 s to pass")
    String migrate(@Described(name = "node", value = "number of the node to move to") int node);

    /** Sends a signal by name or number. */
    @Described("Sends it a signal")
    void kill(@Described(name = "signal", value = "TERM, KILL, STOP, CONT, TSTP, INT, HUP, QUIT, USR1, USR2 or a number") String signal);
}
