package io.ssi.migrate.client;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * Writes and reads images of objects of its own while the program still runs, so that this code is compiled when the program stands still:
 * each JVM sees at most one move from inside, and in the interpreter that one takes ten times as long. No object, class or string that
 * the program can see is touched.
 */
final class Rehearsal {
    private static final int ITEMS = 2_000;
    /** A heap that is through before any compiler would be. */
    private static final long SMALL_HEAP = 24L << 20;
    /** What it needs beside the program's heap, with room to spare. */
    private static final long FREE_MIN = 64L << 20;
    private static final int MAP_SIZE = 16;
    private static final int LOCALS = 16;
    private static final long NANOS_MAX = 1_000_000_000;
    private static final long NANOS_A_MEGABYTE = 10_000_000;

    private final Jdk jdk;
    private final Names names;
    private final LambdaRecipes lambdas;

    Rehearsal(Jdk jdk, Names names, LambdaRecipes lambdas) {
        this.jdk = jdk;
        this.names = names;
        this.lambdas = lambdas;
    }

    /**
     * Returns after a time that the heap is worth, at most a second, or when it is told that there is something better to do. Whatever goes
     * wrong here the move itself will tell, if it matters.
     *
     * @param heapUsed bytes
     * @param read the reader's part too
     */
    void run(long heapUsed, boolean read, BooleanSupplier enough) {
        Runtime runtime = Runtime.getRuntime();
        if (heapUsed < SMALL_HEAP || runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory()) < FREE_MIN) {
            return;
        }
        try {
            repeat(heapUsed, read, enough);
        } catch (IOException | ReflectiveOperationException | RuntimeException | Error e) {
            // not rehearsed
        }
    }

    /** The way of one frame, but for its end. */
    void frame(FrameCopier copier) {
        long[] raws = new long[LOCALS];
        Object[] monitors = {this};
        try {
            copier.rehearse(new FrameState(Stage.class, "play", "(Ljava/util/List;I)D", 0, false,
                    new RawFrame(Stage.class, "play", "(Ljava/util/List;I)D", 0, new Object[LOCALS], raws, new Object[0], new long[0], monitors)));
        } catch (ReflectiveOperationException | RuntimeException | Error e) {
            // not rehearsed
        }
    }

    /** A method with some of everything. Not called. */
    private static final class Stage {
        static double play(List<String> all, int count) {
            double sum = 0;
            synchronized (all) {
                try {
                    for (int i = 0; i < count; i++) {
                        long length = all.get(i).length();
                        sum += length * 0.5f;
                    }
                } catch (IndexOutOfBoundsException e) {
                    sum = e.getMessage().length();
                } finally {
                    sum++;
                }
            }
            return all instanceof ArrayList<String> list && list.isEmpty() ? 0 : sum;
        }
    }

    private void repeat(long heapUsed, boolean read, BooleanSupplier enough) throws IOException, ReflectiveOperationException {
        long end = System.nanoTime() + Math.min(NANOS_MAX, (heapUsed >> 20) * NANOS_A_MEGABYTE);
        HashBits bits = new HashBits();
        while (System.nanoTime() - end < 0 && !enough.getAsBoolean()) {
            Deque<byte[]> chunks = new ArrayDeque<>();
            new ImageWriter(jdk, names, lambdas, new ImageOutput(chunks::add), bits, Set.of()).rehearse(objects());
            if (read) {
                new ImageReader(jdk, names, lambdas, new ImageInput(chunks::poll), bits, (initialised, failed) -> { }).rehearse();
            }
        }
    }

    /**
     * Of each sort some: what a program has much of is compiled for the sorts that were seen. Few entries of maps: the program's own maps
     * must not find code that was compiled for these keys.
     */
    private static Object objects() {
        List<Object> all = new ArrayList<>();
        Map<Object, Object> map = new HashMap<>();
        List<Object> linked = new LinkedList<>();
        Object last = null;
        for (int i = 0; i < ITEMS; i++) {
            last = new AtomicReference<>(last);
            if (i < MAP_SIZE) {
                map.put(1_000_000 + i, last);
            }
            linked.add((double) i);
            all.add(new Object[] {last, new int[i % 8], new StringBuilder().append(i), 1_000_000L + i, map, null});
            if (i % 8 == 0) {
                all.add(new Object());
                all.add(new byte[i]);
                all.add(("rehearsed " + i).toCharArray());
            }
        }
        System.identityHashCode(all.get(0));
        all.add(linked);
        return all;
    }
}
