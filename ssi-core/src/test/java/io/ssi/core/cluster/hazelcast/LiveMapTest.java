package io.ssi.core.cluster.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.EntryEventType;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import io.ssi.core.cluster.ClusterMap.Row;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Two nodes' copies of a map, with the events of one held back. */
class LiveMapTest {
    private static final int KEY = 7;
    private final Map<Integer, byte[]> entries = new HashMap<>();
    private final Map<Integer, EntryAddedListener<Integer, byte[]>> listeners = new ConcurrentHashMap<>();
    private final LiveMap one = node(1);
    private final LiveMap two = node(2);

    /** The map itself; compares values by content, as Hazelcast does. */
    @SuppressWarnings("unchecked")
    private LiveMap node(int number) {
        IMap<Integer, byte[]> shared = (IMap<Integer, byte[]>) Proxy.newProxyInstance(IMap.class.getClassLoader(), new Class<?>[] {IMap.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "addEntryListener" -> listeners.put(number, (EntryAddedListener<Integer, byte[]>) arguments[0]);
                    case "entrySet" -> entries.entrySet();
                    case "get" -> entries.get(KEY);
                    case "putIfAbsent" -> entries.putIfAbsent(KEY, (byte[]) arguments[1]);
                    case "replace" -> Arrays.equals(entries.get(KEY), (byte[]) arguments[1]) && entries.put(KEY, (byte[]) arguments[2]) != null;
                    case "remove" -> Arrays.equals(entries.get(KEY), (byte[]) arguments[1]) && entries.remove(KEY) != null;
                    default -> throw new UnsupportedOperationException(method.toString());
                });
        LiveMap map = new LiveMap("test", number, shared, Runnable::run, () -> {});
        map.refresh();
        return map;
    }

    private void hears(int node) {
        listeners.get(node).entryAdded(new EntryEvent<>("test", null, EntryEventType.UPDATED.getType(), KEY, entries.get(KEY)));
    }

    private static Row row(int owner, int version) {
        return new Row(owner, version, new byte[] {1});
    }

    private static void isRow(LiveMap map, int owner, int version) {
        assertThat(map.get(KEY)).hasValueSatisfying(row -> assertThat(new int[] {row.owner(), row.version()}).containsExactly(owner, version));
    }

    @Test
    void aRemovalOfAnOldRowLeavesANewerOneThatWasNotHeardOf() {
        one.put(KEY, row(1, 1));
        one.write();
        two.put(KEY, row(2, 2));
        two.write();
        one.remove(KEY, 1);
        one.write();
        assertThat(Rows.version(entries.get(KEY))).isEqualTo(2);
        isRow(one, 2, 2);
    }

    @Test
    void aNewerRowIsHeardOfWhileARemovalWaits() {
        one.put(KEY, row(1, 1));
        one.write();
        one.remove(KEY, 1);
        two.put(KEY, row(2, 2));
        two.write();
        hears(1);
        isRow(one, 2, 2);
        one.write();
        assertThat(Rows.version(entries.get(KEY))).isEqualTo(2);
    }

    @Test
    void aRowIsRemoved() {
        one.put(KEY, row(1, 1));
        one.write();
        one.remove(KEY, 1);
        hears(1); // an event of before
        assertThat(one.get(KEY)).isEmpty();
        one.write();
        assertThat(entries).isEmpty();
    }

    @Test
    void anOldRowIsNotPutOverANewerOne() {
        two.put(KEY, row(2, 2));
        two.write();
        one.put(KEY, row(1, 1));
        one.write();
        isRow(one, 2, 2);
    }
}
