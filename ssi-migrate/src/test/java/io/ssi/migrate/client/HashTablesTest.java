package io.ssi.migrate.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys whose hash changes stand for objects that have another identity hash in the other JVM. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HashTablesTest {
    private static final int KEYS = 500;
    /** Held here: a weak map lets go of a key that nobody else has. */
    private static final List<String> FIXED = IntStream.range(0, KEYS).mapToObj(i -> "fixed " + i).toList();

    private Jdk jdk;
    private HashTables tables;

    private static final class Key {
        int hash;

        @Override
        public int hashCode() {
            if (hash == Integer.MIN_VALUE) {
                throw new IllegalStateException("asked");
            }
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    @BeforeAll
    void openJdk() throws ReflectiveOperationException {
        Field field = MethodHandles.Lookup.class.getDeclaredField("IMPL_LOOKUP");
        field.setAccessible(true);
        jdk = new Jdk((MethodHandles.Lookup) field.get(null));
        tables = new HashTables(jdk);
    }

    static List<Map<Object, Object>> maps() {
        return List.of(new HashMap<>(), new LinkedHashMap<>(), new Hashtable<>(), new WeakHashMap<>(), new ConcurrentHashMap<>());
    }

    /** Keys with these hashes; beside them some whose hash never changes. */
    private static List<Key> fill(Map<Object, Object> map, IntUnaryOperator hashes) {
        List<Key> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            Key key = new Key();
            key.hash = hashes.applyAsInt(i);
            keys.add(key);
            map.put(key, i);
            map.put(FIXED.get(i), i);
        }
        return keys;
    }

    private static void assertComplete(Map<Object, Object> map, List<Key> keys) {
        for (int i = 0; i < KEYS; i++) {
            assertThat(map.get(keys.get(i))).as("key %d", i).isEqualTo(i);
            assertThat(map.get(FIXED.get(i))).isEqualTo(i);
        }
        assertThat(map).hasSize(2 * KEYS);
        assertThat(new ArrayList<>(map.keySet())).hasSize(2 * KEYS);
        Key more = new Key();
        more.hash = 12_345;
        map.put(more, "more");
        assertThat(map.get(more)).isEqualTo("more");
        assertThat(map.remove(more)).isEqualTo("more");
        for (Key key : keys) {
            assertThat(map.remove(key)).isNotNull();
        }
        assertThat(map).hasSize(KEYS);
    }

    @ParameterizedTest
    @MethodSource("maps")
    void keysAreFoundUnderTheirNewHash(Map<Object, Object> map) {
        List<Key> keys = fill(map, i -> i * 31);
        keys.forEach(key -> key.hash = key.hash * 17 + 3);
        assertThat(keys.stream().filter(map::containsKey).count()).as("before").isLessThan(KEYS);
        tables.layOutAgain(List.of(map));
        assertComplete(map, keys);
    }

    /** Chains that had become trees, and chains that must become some. */
    @ParameterizedTest
    @MethodSource("maps")
    void fromOneChainAndToOneChain(Map<Object, Object> map) {
        List<Key> keys = fill(map, i -> 7);
        for (int i = 0; i < KEYS; i++) {
            keys.get(i).hash = i * 31;
        }
        tables.layOutAgain(List.of(map));
        for (int i = 0; i < KEYS; i++) {
            assertThat(map.get(keys.get(i))).isEqualTo(i);
            keys.get(i).hash = 11;
        }
        tables.layOutAgain(List.of(map));
        assertComplete(map, keys);
    }

    @Test
    void aLinkedMapKeepsItsOrder() {
        Map<Object, Object> map = new LinkedHashMap<>();
        List<Key> keys = fill(map, i -> i);
        List<Object> order = new ArrayList<>(map.keySet());
        keys.forEach(key -> key.hash = key.hash * 17 + 3);
        tables.layOutAgain(List.of(map));
        assertThat(new ArrayList<>(map.keySet())).isEqualTo(order);
    }

    /** As if every key had another identity hash: all pairs stand elsewhere. */
    @Test
    void aTableByIdentity() {
        Map<Object, Object> map = new IdentityHashMap<>();
        List<Key> keys = fill(map, i -> i);
        Object[] table = (Object[]) jdk.get(map, "table");
        Collections.rotate(Arrays.asList(table), 2 * 37);
        assertThat(keys.stream().filter(map::containsKey).count()).as("before").isLessThan(KEYS);
        tables.layOutAgain(List.of(map));
        for (int i = 0; i < KEYS; i++) {
            assertThat(map.get(keys.get(i))).isEqualTo(i);
            assertThat(map.remove(keys.get(i))).isEqualTo(i);
        }
        assertThat(map).hasSize(KEYS);
    }

    @ParameterizedTest
    @MethodSource("maps")
    void whatHasFixedKeysIsNotTouched(Map<Object, Object> map) {
        for (int i = 0; i < KEYS; i++) {
            map.put(FIXED.get(i), i);
        }
        Object[] table = (Object[]) jdk.get(map, "table");
        Object[] before = table.clone();
        tables.layOutAgain(List.of(map));
        assertThat(jdk.get(map, "table")).isSameAs(table);
        assertThat(table).containsExactly(before);
    }

    @ParameterizedTest
    @MethodSource("maps")
    void aKeyThatFailsFailsWhereItIsUsed(Map<Object, Object> map) {
        List<Key> keys = fill(map, i -> i);
        Map<Object, Object> other = new HashMap<>();
        List<Key> others = fill(other, i -> i);
        keys.get(10).hash = Integer.MIN_VALUE;
        others.forEach(key -> key.hash++);
        tables.layOutAgain(List.of(map, other));
        assertThatThrownBy(() -> map.get(keys.get(10))).hasMessage("asked");
        assertThat(map.get(keys.get(11))).isEqualTo(11);
        assertComplete(other, others);
    }

    @Test
    void emptyOnesAndNullKeys() {
        Map<Object, Object> map = new HashMap<>(Collections.singletonMap(null, "null"));
        Key key = new Key();
        map.put(key, "key");
        key.hash = 99;
        List<Object> all = new ArrayList<>(maps());
        all.add(new IdentityHashMap<>());
        all.add(map);
        tables.layOutAgain(all);
        assertThat(map.get(null)).isEqualTo("null");
        assertThat(map.get(key)).isEqualTo("key");
    }
}
