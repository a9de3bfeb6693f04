package io.ssi.agent.link;

import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import jdk.internal.misc.Unsafe;
import jdk.internal.perf.Perf;

/**
 * What the last garbage collection left of the heap, from the counters that HotSpot keeps for jstat (PerfDataPrologue and PerfDataEntry in
 * perfMemory.hpp): survivor spaces and old generation, which change at collections only. Read from this JVM's own memory, they cost no
 * class of java.management and no collection. By Unsafe, because the profiles of byte buffers are the program's.
 */
final class LiveHeap {
    private static final long NOT_KNOWN = -1;
    private static final int PROLOGUE_BYTES = 32;
    private static final int ENTRY_OFFSET = 24;
    private static final int ENTRIES = 28;
    private static final int NAME_OFFSET = 4;
    private static final int DATA_OFFSET = 16;
    private static final int ENTRIES_MAX = 10_000;
    private static final int NAME_CHARS_MAX = 100;
    private static final int COUNTERS_MAX = 16;

    private final Unsafe unsafe = Unsafe.getUnsafe();
    /** Addresses of counters of collections, and of bytes. */
    private final long[] collections = new long[COUNTERS_MAX];
    private final long[] left = new long[COUNTERS_MAX];
    private int collectionCounters;
    private int leftCounters;
    /** It has an eden space, which is empty after each collection: G1, Serial and Parallel. */
    private boolean hasEden;

    LiveHeap() {
        try {
            ByteBuffer counters = Perf.getPerf().attach(0);
            if (counters != null && counters.capacity() > PROLOGUE_BYTES) {
                find(unsafe.getLong(counters, unsafe.objectFieldOffset(Buffer.class, "address")), counters.capacity());
            }
        } catch (IOException | RuntimeException e) {
            leftCounters = 0; // this JVM keeps no counters
        }
    }

    private void find(long start, int bytes) {
        long end = start + bytes;
        int entries = Math.min(ENTRIES_MAX, unsafe.getInt(start + ENTRIES));
        long entry = start + unsafe.getInt(start + ENTRY_OFFSET);
        for (int i = 0; i < entries && entry + PROLOGUE_BYTES < end; i++) {
            long name = entry + unsafe.getInt(entry + NAME_OFFSET);
            if (unsafe.getByte(name + 4) == 'g' && unsafe.getByte(name + 5) == 'c' && unsafe.getByte(name + 6) == '.') {
                counter(text(name), entry + unsafe.getInt(entry + DATA_OFFSET));
            }
            entry += unsafe.getInt(entry);
        }
    }

    private void counter(String name, long value) {
        if (name.startsWith("sun.gc.collector.") && name.endsWith(".invocations") && collectionCounters < COUNTERS_MAX) {
            collections[collectionCounters++] = value;
        } else if (name.equals("sun.gc.generation.0.space.0.name")) {
            hasEden = text(value).equals("eden");
        } else if (name.startsWith("sun.gc.generation.") && name.endsWith(".used") && !name.startsWith("sun.gc.generation.0.space.0.") && leftCounters < COUNTERS_MAX) {
            left[leftCounters++] = value;
        }
    }

    private String text(long address) {
        StringBuilder text = new StringBuilder();
        for (byte b = unsafe.getByte(address); b != 0 && text.length() < NAME_CHARS_MAX; b = unsafe.getByte(address + text.length())) {
            text.append((char) b);
        }
        return text.toString();
    }

    /** Bytes; negative when there was no collection yet, or this JVM does not tell. */
    long bytes() {
        long times = sum(collections, collectionCounters);
        return hasEden && leftCounters > 0 && times > 0 ? sum(left, leftCounters) : NOT_KNOWN;
    }

    private long sum(long[] addresses, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += unsafe.getLong(addresses[i]);
        }
        return sum;
    }
}
