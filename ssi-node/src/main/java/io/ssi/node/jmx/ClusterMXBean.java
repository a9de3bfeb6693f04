package io.ssi.node.jmx;

import java.util.List;

/** The cluster as this node sees it. */
public interface ClusterMXBean {
    /** One line for each node: number, name, address, state, load, processes. */
    List<String> getNodes();

    int getProcessCount();

    /** One line for each change of a node's state, newest last. */
    List<String> getHistory();

    /** Connections refused because of a wrong key or a broken protocol. */
    List<String> getRefusals();
}
