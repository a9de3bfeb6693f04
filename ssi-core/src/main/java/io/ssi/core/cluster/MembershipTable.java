package io.ssi.core.cluster;

import io.ssi.core.cluster.Membership.Change;
import io.ssi.core.cluster.Membership.Node;
import io.ssi.core.cluster.Membership.State;
import io.ssi.core.id.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Folds what is seen of the nodes into their states. Pure: (state, event, now) gives changes. A node is UP while its link is; a broken
 * link makes it SUSPECT at once; losing its place in the member list as well makes it DOWN, as does staying away for
 * {@value #SUSPECT_MILLIS_MAX} ms. While the link stands the list has no say: it may drop members that are well while it mends a split,
 * and a link ends by itself when the other daemon hangs. A node that said that it leaves is LEFT, whatever breaks afterwards, until its link comes up again.
 */
final class MembershipTable {
    static final long SUSPECT_MILLIS_MAX = 1500;
    private static final int CAUSE_CHARS_MAX = 300;

    private static final class Row {
        String name;
        String address;
        State state;
        long sinceMillis;
        long startedMillis;
        boolean linked;
        /** The member list had it and dropped it. */
        boolean dropped;

        Node node(NodeId id) {
            return new Node(id, name, address, state, sinceMillis, startedMillis);
        }
    }

    private final NodeId self;
    private final Map<NodeId, Row> rows = new TreeMap<>();
    /** Links that are up to nodes not registered here yet (at most NodeId.MAX), with their causes: a new node may reach this one before the register does. */
    private final Map<NodeId, String> linkedEarly = new HashMap<>();
    /** Nodes that were stopped in order, as an earlier life of this node heard: nothing else tells it from one that is down. */
    private final Set<NodeId> hadLeft = new HashSet<>();

    MembershipTable(NodeId self) {
        this.self = self;
    }

    /** An earlier life of this node heard it last that the node was stopped in order. Before {@link #registered}. */
    List<Change> hadLeft(NodeId id) {
        hadLeft.add(id);
        return List.of();
    }

    /** The node is in the register: new, renamed or elsewhere. */
    List<Change> registered(NodeId id, String name, String address, long now) {
        Row row = rows.get(id);
        if (row != null) {
            row.name = name;
            row.address = address;
            return List.of();
        }
        Row fresh = new Row();
        fresh.name = name;
        fresh.address = address;
        fresh.state = State.JOINING;
        fresh.sinceMillis = now;
        rows.put(id, fresh);
        if (id.equals(self)) {
            return change(id, fresh, State.UP, "this node started", now);
        }
        List<Change> changes = new ArrayList<>();
        boolean left = hadLeft.remove(id);
        fresh.state = left ? State.LEFT : State.JOINING;
        changes.add(new Change(now, id, null, fresh.state, left ? "it was stopped in order before this node started" : "registered as " + name + " at " + address));
        String linked = linkedEarly.remove(id);
        if (linked != null) {
            changes.addAll(linkUp(id, linked, now));
        }
        return changes;
    }

    List<Change> removed(NodeId id, long now) {
        Row row = rows.remove(id);
        if (row == null || row.state == State.LEFT) {
            return List.of();
        }
        return List.of(new Change(now, id, row.state, State.LEFT, "removed from the cluster"));
    }

    List<Change> linkUp(NodeId id, String cause, long now) {
        Row row = rows.get(id);
        if (row == null) {
            linkedEarly.put(id, cause);
            return List.of();
        }
        if (id.equals(self)) {
            return List.of();
        }
        row.linked = true;
        return row.state == State.UP ? List.of() : change(id, row, State.UP, cause, now);
    }

    List<Change> linkDown(NodeId id, String cause, long now) {
        linkedEarly.remove(id);
        Row row = rows.get(id);
        if (row == null || !row.linked) {
            return List.of();
        }
        row.linked = false;
        if (row.state != State.UP) {
            return List.of();
        }
        return change(id, row, row.dropped ? State.DOWN : State.SUSPECT, cause, now);
    }

    List<Change> listed(NodeId id) {
        Row row = rows.get(id);
        if (row != null) {
            row.dropped = false;
        }
        return List.of();
    }

    List<Change> unlisted(NodeId id, String cause, long now) {
        Row row = rows.get(id);
        if (row == null) {
            return List.of();
        }
        row.dropped = true;
        return row.state == State.SUSPECT ? change(id, row, State.DOWN, cause, now) : List.of();
    }

    List<Change> leaving(NodeId id, String cause, long now) {
        Row row = rows.get(id);
        if (row == null || row.state == State.LEFT) {
            return List.of();
        }
        return change(id, row, State.LEFT, cause, now);
    }

    /** Called about every 100 ms: who was not seen for too long is down. */
    List<Change> tick(long now) {
        List<Change> changes = new ArrayList<>();
        for (Map.Entry<NodeId, Row> entry : rows.entrySet()) {
            Row row = entry.getValue();
            boolean waited = now - row.sinceMillis >= SUSPECT_MILLIS_MAX;
            if (waited && row.state == State.SUSPECT) {
                changes.addAll(change(entry.getKey(), row, State.DOWN, "no link for " + SUSPECT_MILLIS_MAX + " ms", now));
            } else if (waited && row.state == State.JOINING && !row.linked) {
                changes.addAll(change(entry.getKey(), row, State.DOWN, "not reached at " + row.address + " since it was registered or this node started", now));
            }
        }
        return changes;
    }

    private List<Change> change(NodeId id, Row row, State to, String cause, long now) {
        String brief = cause.length() <= CAUSE_CHARS_MAX ? cause : cause.substring(0, CAUSE_CHARS_MAX);
        Change change = new Change(now, id, row.state, to, brief);
        if (to == State.UP && row.state != State.SUSPECT) {
            row.startedMillis = now;
        }
        row.state = to;
        row.sinceMillis = now;
        return List.of(change);
    }

    List<Node> nodes() {
        List<Node> nodes = new ArrayList<>();
        rows.forEach((id, row) -> nodes.add(row.node(id)));
        return List.copyOf(nodes);
    }
}
