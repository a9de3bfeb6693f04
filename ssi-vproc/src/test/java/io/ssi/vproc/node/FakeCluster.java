package io.ssi.vproc.node;

import io.ssi.core.cluster.ClusterMap;
import io.ssi.core.cluster.Consensus;
import io.ssi.core.cluster.Membership;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A control plane in memory, shared by the nodes of a test: one table, one truth about places. */
final class FakeCluster implements ClusterMap, Consensus {
    final Map<Integer, Membership.State> states = new TreeMap<>();
    volatile boolean quorum = true;
    /** Since when all nodes are as they are: for ever, unless a test says otherwise. */
    volatile long sinceMillis;
    private final Map<Integer, Row> rows = new ConcurrentHashMap<>();
    private final List<BiConsumer<Integer, Row>> rowListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<Membership.Change>> memberListeners = new CopyOnWriteArrayList<>();
    private final Map<Integer, Place> places = new HashMap<>();
    private final Map<Integer, Integer> blocks = new HashMap<>();

    FakeCluster(int nodes) {
        for (int node = 1; node <= nodes; node++) {
            states.put(node, Membership.State.UP);
        }
    }

    void state(int node, Membership.State state) {
        Membership.Change change = new Membership.Change(0, new NodeId(node), states.put(node, state), state, "test");
        memberListeners.forEach(listener -> listener.accept(change));
    }

    Membership membership(int self) {
        return new Membership() {
            @Override
            public NodeId self() {
                return new NodeId(self);
            }

            @Override
            public List<Node> nodes() {
                List<Node> nodes = new ArrayList<>();
                states.forEach((node, state) -> nodes.add(new Node(new NodeId(node), "n" + node, "test:" + node, state, sinceMillis, 0)));
                return nodes;
            }

            @Override
            public List<Change> history() {
                return List.of();
            }

            @Override
            public void onChange(Consumer<Change> listener) {
                memberListeners.add(listener);
            }
        };
    }

    @Override
    public void put(int key, Row row) {
        rows.put(key, row);
        rowListeners.forEach(listener -> listener.accept(key, row));
    }

    @Override
    public void remove(int key, int version) {
        if (rows.computeIfPresent(key, (k, row) -> row.version() > version ? row : null) == null) {
            rowListeners.forEach(listener -> listener.accept(key, null));
        }
    }

    @Override
    public Optional<Row> get(int key) {
        return Optional.ofNullable(rows.get(key));
    }

    @Override
    public Map<Integer, Row> all() {
        return Map.copyOf(rows);
    }

    @Override
    public void onChange(BiConsumer<Integer, Row> listener) {
        rowListeners.add(listener);
    }

    @Override
    public void onMerge(Runnable listener) {
        // Splits are tested on the pure table.
    }

    private <T> CompletableFuture<T> answer(java.util.function.Supplier<T> command) {
        if (!quorum) {
            return CompletableFuture.failedFuture(new SsiException(ErrorCode.NO_QUORUM, "no quorum"));
        }
        synchronized (this) {
            return CompletableFuture.completedFuture(command.get());
        }
    }

    @Override
    public CompletableFuture<Integer> nextVPidBlock(NodeId origin, int count, long requestId) {
        return answer(() -> blocks.merge(origin.number(), count, Integer::sum) - count + 1);
    }

    @Override
    public CompletableFuture<Void> placeBorn(VPid vpid, NodeId node, int incarnation, long requestId) {
        return answer(() -> {
            places.putIfAbsent(vpid.value(), new Place(vpid, node, incarnation, 0, requestId));
            return null;
        });
    }

    @Override
    public CompletableFuture<Boolean> placeMove(Place from, NodeId to, long requestId) {
        return answer(() -> places.replace(from.vpid().value(), from, new Place(from.vpid(), to, from.incarnation() + 1, 0, requestId)));
    }

    @Override
    public CompletableFuture<Optional<Place>> placeVeto(VPid vpid, NodeId node, int incarnation, long requestId) {
        return answer(() -> Optional.ofNullable(places.computeIfPresent(vpid.value(), (key, now) -> now.node().equals(node) && now.incarnation() == incarnation
                ? new Place(vpid, node, incarnation, now.attempt() + 1, now.move()) : now)));
    }

    @Override
    public CompletableFuture<Void> placeGone(VPid vpid, int incarnation, long requestId) {
        return answer(() -> {
            places.remove(vpid.value());
            return null;
        });
    }

    @Override
    public CompletableFuture<Optional<Place>> place(VPid vpid) {
        return answer(() -> Optional.ofNullable(places.get(vpid.value())));
    }

    @Override
    public Optional<NodeId> leader() {
        return Optional.of(new NodeId(1));
    }

    @Override
    public void onPlace(Consumer<Place> listener) {
        // Nobody here listens.
    }
}
