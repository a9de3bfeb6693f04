import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * A loop that never ends, of the kind given, which counts its rounds; prints how many it did in each slice of time, a
 * second of its thread's processor time. The loops are in
 * the frames that move, not in what they call.
 */
public final class Steady {
    private static final long SLICE_MILLIS = 250;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int[] NUMBERS = new int[1 << 12];
    private static final LongUnaryOperator[] KINDS = {n -> n + 1, n -> n ^ 3, n -> n >>> 1, n -> ~n};
    private static volatile long rounds;
    private static Object sink;

    private Steady() {}

    public static void main(String[] arguments) throws InterruptedException {
        Thread kernel = new Thread(() -> {
            switch (arguments[0]) {
                case "vector" -> vector();
                case "counted" -> counted();
                case "virtual" -> virtual();
                case "allocation" -> allocation();
                case "map" -> map();
                default -> monitor();
            }
        });
        kernel.setDaemon(true);
        kernel.start();
        long before = 0;
        long start = THREADS.getThreadCpuTime(kernel.threadId());
        while (true) {
            Thread.sleep(SLICE_MILLIS);
            long now = THREADS.getThreadCpuTime(kernel.threadId());
            long count = rounds;
            System.out.printf("%.1f%n", (count - before) * 1e9 / (now - start));
            before = count;
            start = now;
        }
    }

    private static void vector() {
        for (long round = 1;; round++) {
            for (int pass = 0; pass < 16; pass++) {
                for (int i = 0; i < NUMBERS.length; i++) {
                    NUMBERS[i] += pass + i;
                }
            }
            rounds = round;
        }
    }

    private static void counted() {
        long state = 1;
        for (long round = 1;; round++) {
            for (int i = 0; i < 10_000; i++) {
                state = state * 6_364_136_223_846_793_005L + 1;
                state ^= state >>> 29;
            }
            sink = state == 0 ? "zero" : null;
            rounds = round;
        }
    }

    private static void virtual() {
        long n = 1;
        long round = 0;
        while (true) {
            int i = 0;
            do {
                n = KINDS[i & 3].applyAsLong(n);
            } while (++i < 10_000);
            sink = n == 42 ? "found" : null;
            rounds = ++round;
        }
    }

    private static void allocation() {
        for (long round = 1;; round++) {
            Object last = null;
            for (int i = 0; i < 1_000; i++) {
                last = new Object[] {last, i};
                if ((i & 15) == 0) {
                    last = null;
                }
            }
            sink = last;
            rounds = round;
        }
    }

    private record Key(int number) {}

    private static void map() {
        Map<Key, Integer> map = new HashMap<>();
        for (long round = 1;; round++) {
            for (int i = 0; i < 1_000; i++) {
                map.merge(new Key(i & 255), i, Integer::sum);
            }
            sink = map.get(new Key(7));
            rounds = round;
        }
    }

    private static void monitor() {
        synchronized (NUMBERS) {
            for (long round = 1;; round++) {
                try {
                    for (int i = 0; i < NUMBERS.length; i++) {
                        NUMBERS[i] = NUMBERS[NUMBERS.length - 1 - i] / (i | 1) + 1;
                    }
                } finally {
                    rounds = round;
                }
            }
        }
    }
}
