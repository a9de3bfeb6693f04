package io.ssi.node.jmx;

/** One process of the cluster, wherever it is. Operations block until they are done; failures are their exception's message. */
public interface ProcessMXBean {
    int getVPid();

    int getParent();

    int getNode();

    int getOrigin();

    long getOsPid();

    String getUser();

    String getState();

    int getThreads();

    long getCpuMillis();

    long getHeapBytes();

    String getCommand();

    int getIncarnation();

    /** Moves it; returns the result with the pause and its parts as JSON. */
    String migrate(int node);

    /** Sends a signal by name or number. */
    void kill(String signal);
}
