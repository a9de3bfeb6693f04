package io.ssi.migrate.client;

import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The immutable sets and maps of java.util ({@code Set.of}, {@code Map.of}) place their elements by a salt that is different
 * in each JVM, so in a new one they must be laid out again. Hash codes of keys are asked for that, as any look-up would.
 */
final class SaltedCollections {
    private static final String SET = "java.util.ImmutableCollections$SetN";
    private static final String MAP = "java.util.ImmutableCollections$MapN";

    private final Jdk jdk;

    SaltedCollections(Jdk jdk) {
        this.jdk = jdk;
    }

    static boolean isSalted(Class<?> type) {
        String name = type.getName();
        return name.equals(SET) || name.equals(MAP);
    }

    /** Elements that are salted collections themselves come first, since the hash of the outer asks them. */
    @SuppressWarnings("unchecked")
    void layOutAgain(List<Object> collections) throws ReflectiveOperationException {
        for (int i = collections.size() - 1; i >= 0; i--) {
            Object collection = collections.get(i);
            if (collection.getClass().getName().equals(SET)) {
                Object[] elements = (Object[]) jdk.get(collection, "elements");
                Object[] own = Arrays.stream(elements).filter(e -> e != null).toArray();
                replace(jdk.get(java.util.Set.of(own), "elements"), elements);
            } else {
                Object[] table = (Object[]) jdk.get(collection, "table");
                List<Map.Entry<?, ?>> entries = new ArrayList<>();
                for (int k = 0; k < table.length; k += 2) {
                    if (table[k] != null) {
                        entries.add(new AbstractMap.SimpleImmutableEntry<>(table[k], table[k + 1]));
                    }
                }
                replace(jdk.get(Map.ofEntries(entries.toArray(Map.Entry[]::new)), "table"), table);
            }
        }
    }

    private static void replace(Object fresh, Object[] table) {
        System.arraycopy(fresh, 0, table, 0, table.length);
    }
}
