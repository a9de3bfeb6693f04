package programs;

import java.util.ArrayList;
import java.util.List;

/** Monitors held over moves: nested and repeated blocks and methods, static ones, and several threads that want the same. */
public final class Monitors {
    private final Object outer = new Object();
    private int depth;
    private long total;
    private static int calls;

    private synchronized int recursive(int n) {
        depth++;
        try {
            if (n == 0) {
                return pause(1);
            }
            synchronized (outer) {
                synchronized (this) {
                    return recursive(n - 1) + pause(n);
                }
            }
        } finally {
            depth--;
        }
    }

    private static int pause(int n) {
        Pace.step();
        return n;
    }

    private static synchronized int counted(Monitors on) {
        calls++;
        synchronized (Monitors.class) {
            synchronized (on.outer) {
                return on.recursive(3) + calls - calls;
            }
        }
    }

    private synchronized void add(int n) {
        long before = total;
        for (int i = 0; i < 2000 * Pace.ROUNDS; i++) {
            n ^= i & 0;
        }
        if (n % 25 == 0) {
            Pace.step();
        }
        total = before + n;
    }

    private static int leaving(Object lock) {
        int[] seen = {0};
        for (int i = 0; i < 3; i++) {
            try {
                synchronized (lock) {
                    seen[0] += i;
                    Pace.step();
                    if (i == 1) {
                        throw new IllegalStateException("inside");
                    }
                }
            } catch (IllegalStateException e) {
                seen[0] += 100;
            }
            if (Thread.holdsLock(lock)) {
                seen[0] += 1000;
            }
        }
        return seen[0];
    }

    public static void main(String[] arguments) throws InterruptedException {
        Monitors monitors = new Monitors();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int first = t;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 100; i++) {
                    monitors.add(first + i * 4);
                }
            });
            threads.add(thread);
            thread.start();
        }
        Monitors own = new Monitors();
        for (int i = 0; i < 5; i++) {
            System.out.println(counted(own) + " " + own.depth + " " + calls + " " + leaving(own.outer) + " "
                    + Thread.holdsLock(own) + Thread.holdsLock(Monitors.class));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println(monitors.total);
    }
}
