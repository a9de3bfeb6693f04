package io.ssi.core.cluster;

import io.ssi.core.env.Env;
import io.ssi.core.env.Timers;
import io.ssi.core.id.NodeId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The table with its one thread: every event and every listener runs on it, so the table needs no lock and changes are told in order. */
final class LiveMembership implements Membership, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LiveMembership.class);
    private static final Duration TICK = Duration.ofMillis(100);

    private final NodeId self;
    private final Env env;
    private final MembershipTable table; // only on the thread
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> Thread.ofPlatform().daemon().name("ssi-membership").unstarted(task));
    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();
    private volatile List<Node> nodes = List.of();
    private final HistoryFile kept; // only on the thread
    private volatile List<Change> history;
    private volatile Timers.Timer tick = () -> { };

    LiveMembership(NodeId self, Env env, HistoryFile kept) {
        this.self = self;
        this.env = env;
        this.kept = kept;
        history = kept.changes();
        table = new MembershipTable(self);
        Map<NodeId, State> last = new HashMap<>();
        history.forEach(change -> last.put(change.node(), change.to()));
        last.forEach((node, state) -> {
            if (state == State.LEFT && !node.equals(self)) {
                table.hadLeft(node);
            }
        });
    }

    void start() {
        tick = env.timers().after(TICK, () -> {
            apply(MembershipTable::tick);
            start();
        });
    }

    /** Runs one event of the table with the present time. */
    void apply(BiFunction<MembershipTable, Long, List<Change>> event) {
        try {
            thread.execute(() -> {
                List<Change> changes = event.apply(table, env.time().millis());
                nodes = table.nodes();
                if (!changes.isEmpty()) {
                    changes.forEach(kept::add);
                    history = kept.changes();
                    changes.forEach(this::tell);
                }
            });
        } catch (RejectedExecutionException e) {
            log.trace("an event after the stop", e);
        }
    }

    /** The last thing of this life that is written down: nobody here acts on it. */
    void leaving(String cause) {
        apply((_, now) -> {
            kept.add(new Change(now, self, State.UP, State.LEFT, cause));
            return List.of();
        });
    }

    private void tell(Change change) {
        log.info("node {} is {}: {}", change.node(), change.to(), change.cause());
        for (Consumer<Change> listener : listeners) {
            try {
                listener.accept(change);
            } catch (RuntimeException e) {
                log.error("a listener of the membership failed at {}", change, e);
            }
        }
    }

    @Override
    public NodeId self() {
        return self;
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    @Override
    public List<Change> history() {
        return history;
    }

    @Override
    public void onChange(Consumer<Change> listener) {
        listeners.add(listener);
    }

    @Override
    public void close() {
        tick.cancel();
        thread.shutdown();
        try {
            thread.awaitTermination(1, TimeUnit.SECONDS); // what is on its way to the history
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
