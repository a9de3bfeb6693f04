package io.ssi.node.jmx;

import java.util.List;

/** The cluster as this node sees it. */
@Described("The cluster as this node sees it")
public interface ClusterMXBean {
    /** One line for each node: number, name, address, state, load, processes. */
    @Described("The nodes, each as JSON: number, name, address, state, load, processes")
    List<String> getNodes();

    @Described("Processes that have not ended")
    int getProcessCount();

    /** One line for each change of a node's state, newest last. */
    @Described("Each change of a node's state with its cause, as JSON, newest last")
    List<String> getHistory();

    /** Connections refused because of a wrong key or a broken protocol. */
    @Described("Connections refused because of a wrong key or a broken protocol, as JSON")
    List<String> getRefusals();
}
