package io.ssi.core.cluster.hazelcast;

import com.hazelcast.core.EntryEvent;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryMergedListener;
import com.hazelcast.map.listener.EntryRemovedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import io.ssi.core.cluster.ClusterMap;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A map with a whole copy on each node. Reads never leave this JVM. Writes change the copy at once and reach the others soon: a writer
 * thread repeats them until Hazelcast took them. The copy follows entry events and is compared with the whole map when the member list
 * changed, after a merge and now and then; a row of this node that is missing then is put again.
 */
final class LiveMap implements ClusterMap {
    private static final Logger log = LoggerFactory.getLogger(LiveMap.class);
    private static final int ATTEMPTS_MAX = 10;
    static final int UNWRITTEN_MAX = 100_000;
    static final int VALUE_BYTES_MAX = 256 * 1024;

    private final String name;
    private final int self;
    private volatile IMap<Integer, byte[]> shared;
    private boolean following; // guarded by this
    private final Executor teller;
    private final Runnable writeSoon;
    private final List<BiConsumer<Integer, Row>> listeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> mergeListeners = new CopyOnWriteArrayList<>();
    private final Map<Integer, Row> view = new HashMap<>(); // this and the next two: guarded by view
    private final Map<Integer, Change> unwritten = new LinkedHashMap<>();
    private Set<Integer> touched; // keys changed while the whole map is read; null when it is not

    /** A row put, or one removed that had this version at most. */
    private record Change(Optional<Row> row, int version) {}

    LiveMap(String name, int self, IMap<Integer, byte[]> shared, Executor teller, Runnable writeSoon) {
        this.name = name;
        this.self = self;
        this.shared = shared;
        this.teller = teller;
        this.writeSoon = writeSoon;
    }

    String name() {
        return name;
    }

    /** From the next refresh on this is a copy of the same map at another member of Hazelcast. */
    synchronized void follow(IMap<Integer, byte[]> other) {
        shared = other;
        following = false;
    }

    private final class Events implements EntryAddedListener<Integer, byte[]>, EntryUpdatedListener<Integer, byte[]>,
            EntryRemovedListener<Integer, byte[]>, EntryMergedListener<Integer, byte[]> {
        @Override
        public void entryAdded(EntryEvent<Integer, byte[]> event) {
            came(event.getKey(), Rows.row(event.getValue()));
        }

        @Override
        public void entryUpdated(EntryEvent<Integer, byte[]> event) {
            came(event.getKey(), Rows.row(event.getValue()));
        }

        @Override
        public void entryMerged(EntryEvent<Integer, byte[]> event) {
            came(event.getKey(), Rows.row(event.getValue()));
        }

        @Override
        public void entryRemoved(EntryEvent<Integer, byte[]> event) {
            went(event.getKey());
        }
    }

    private void came(int key, Row row) {
        synchronized (view) {
            if (touched != null) {
                touched.add(key);
            }
            Change own = unwritten.get(key);
            Row present = view.get(key);
            boolean older = present != null && row.version() < present.version();
            if (older || own != null && row.version() <= own.version() || Rows.same(row, present)) {
                return;
            }
            unwritten.remove(key);
            set(key, row);
        }
    }

    private void went(int key) {
        synchronized (view) {
            if (touched != null) {
                touched.add(key);
            }
            if (!unwritten.containsKey(key)) {
                set(key, null);
            }
        }
    }

    /** With the monitor held, so listeners hear of the changes of a key in their order. */
    private void set(int key, Row row) {
        Row before = row == null ? view.remove(key) : view.put(key, row);
        if (row != null || before != null) {
            teller.execute(() -> listeners.forEach(listener -> listener.accept(key, row)));
        }
    }

    @Override
    public void put(int key, Row row) {
        if (row.value().length > VALUE_BYTES_MAX) {
            throw new SsiException(ErrorCode.LIMIT, "a row of " + row.value().length + " bytes in map " + name + " exceeds " + VALUE_BYTES_MAX);
        }
        change(key, new Change(Optional.of(row), row.version()));
    }

    @Override
    public void remove(int key, int version) {
        change(key, new Change(Optional.empty(), version));
    }

    private void change(int key, Change change) {
        synchronized (view) {
            if (unwritten.size() >= UNWRITTEN_MAX && !unwritten.containsKey(key)) {
                throw new SsiException(ErrorCode.LIMIT, UNWRITTEN_MAX + " rows of map " + name + " wait to be written; the cluster's maps do not answer");
            }
            unwritten.put(key, change);
            set(key, change.row().orElse(null));
        }
        writeSoon.run();
    }

    /** On the writer thread: writes what waits. What was not written stays; throws what Hazelcast throws, and after all others why a row was not. */
    void write() {
        Map<Integer, Change> batch;
        synchronized (view) {
            batch = new LinkedHashMap<>(unwritten);
        }
        IllegalStateException failure = null;
        for (Map.Entry<Integer, Change> entry : batch.entrySet()) {
            try {
                write(entry.getKey(), entry.getValue());
            } catch (IllegalStateException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void write(int key, Change change) {
        Optional<Row> newer = change.row().isPresent() ? writeUnlessNewer(key, change.row().get()) : deleteUnlessNewer(key, change.version());
        synchronized (view) {
            if (unwritten.get(key) == change) {
                unwritten.remove(key);
                newer.ifPresent(other -> set(key, other));
            }
        }
    }

    /** Another node may have written a higher version that this one has not heard of yet. A plain get might read a backup that is behind. */
    private Optional<Row> writeUnlessNewer(int key, Row row) {
        byte[] bytes = Rows.bytes(row);
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            byte[] before = shared.putIfAbsent(key, bytes);
            if (before != null && Rows.version(before) > row.version()) {
                return Optional.of(Rows.row(before));
            }
            if (before == null || shared.replace(key, before, bytes)) {
                return Optional.empty();
            }
        }
        throw changing(key);
    }

    /** What is read may be of a backup that is behind: then it is not removed. */
    private Optional<Row> deleteUnlessNewer(int key, int version) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            byte[] before = shared.get(key);
            if (before != null && Rows.version(before) > version) {
                return Optional.of(Rows.row(before));
            }
            if (before == null || shared.remove(key, before)) {
                return Optional.empty();
            }
        }
        throw changing(key);
    }

    private IllegalStateException changing(int key) {
        return new IllegalStateException("row " + key + " of map " + name + " is changed by others all the time");
    }

    /** Compares the copy with the whole map. Listens first and reads everything after, so that nothing falls between. */
    synchronized void refresh() {
        if (!following) {
            shared.addEntryListener(new Events(), true);
            following = true;
        }
        synchronized (view) {
            touched = new HashSet<>();
        }
        Map<Integer, Row> all = new HashMap<>();
        try {
            shared.entrySet().forEach(entry -> all.put(entry.getKey(), Rows.row(entry.getValue())));
        } catch (RuntimeException e) {
            synchronized (view) {
                touched = null;
            }
            throw e;
        }
        int again = 0;
        synchronized (view) {
            Set<Integer> skip = touched;
            touched = null;
            for (Map.Entry<Integer, Row> entry : all.entrySet()) {
                if (!skip.contains(entry.getKey())) {
                    came(entry.getKey(), entry.getValue());
                }
            }
            for (Integer key : List.copyOf(view.keySet())) {
                if (!all.containsKey(key) && !skip.contains(key) && !unwritten.containsKey(key)) {
                    Row row = view.get(key);
                    if (row.owner() == self) {
                        unwritten.put(key, new Change(Optional.of(row), row.version()));
                        again++;
                    } else {
                        set(key, null);
                    }
                }
            }
        }
        if (again > 0) {
            log.info("map {}: {} rows of this node were missing and are put again", name, again);
            writeSoon.run();
        }
    }

    void merged() {
        teller.execute(() -> mergeListeners.forEach(Runnable::run));
    }

    @Override
    public Optional<Row> get(int key) {
        synchronized (view) {
            return Optional.ofNullable(view.get(key));
        }
    }

    @Override
    public Map<Integer, Row> all() {
        synchronized (view) {
            return Map.copyOf(view);
        }
    }

    @Override
    public void onChange(BiConsumer<Integer, Row> listener) {
        listeners.add(listener);
    }

    @Override
    public void onMerge(Runnable listener) {
        mergeListeners.add(listener);
    }
}
