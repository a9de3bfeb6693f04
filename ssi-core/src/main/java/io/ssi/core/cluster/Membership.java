package io.ssi.core.cluster;

import io.ssi.core.id.NodeId;
import java.util.List;
import java.util.function.Consumer;

/** Which nodes there are and how they are. The view is local and never blocks. */
public interface Membership {
    /** UP reachable; SUSPECT its link is down or it does not answer; DOWN so for a while, or dropped from the member list as well; LEFT stopped in order. */
    enum State { JOINING, UP, SUSPECT, DOWN, LEFT }

    record Node(NodeId id, String name, String address, State state, long sinceMillis, long startedMillis) {}

    /** One change with its cause, for example {@code link to 10.0.0.3:7700 broke: connection reset}; from is null for a node that is new. */
    record Change(long atMillis, NodeId node, State from, State to, String cause) {}

    NodeId self();

    /** All nodes ever numbered and not removed, by number. */
    List<Node> nodes();

    /** As this node saw it in all lives of its daemon, newest last; bounded. */
    List<Change> history();

    /** Called in order, on one thread, after the view changed. */
    void onChange(Consumer<Change> listener);
}
