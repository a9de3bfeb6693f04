package io.ssi.core.cluster;

import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A replicated map whose every row has one writer, the node that owns it. Reads are local and may be slightly old; after a
 * split the row with the higher version wins and each owner puts its rows again. Never use it to decide between two.
 * Keys are ints, values bytes (the caller's encoding).
 */
public interface ClusterMap {
    record Row(int owner, int version, byte[] value) {}

    /** Of no effect, sooner or later, where there is a row of a higher version. */
    void put(int key, Row row);

    /** Of no effect, sooner or later, where there is a row of a higher version: another node may have put it and this one not heard of it. */
    void remove(int key, int version);

    Optional<Row> get(int key);

    /** A snapshot of the local live view. */
    Map<Integer, Row> all();

    /** Called with (key, row) after a row came or changed and (key, null) after it went; in order per key. */
    void onChange(BiConsumer<Integer, Row> listener);

    /** Called after a split healed: the owner shall put its rows again. */
    void onMerge(Runnable listener);
}
