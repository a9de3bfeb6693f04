package programs;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Eight threads that want two monitors, an object's and its class's, in every way the language has, and that sleep, park, wait
 * and compute while they hold them. Whoever is inside looks whether someone else is.
 */
public final class Contended {
    private static final int THREADS = 8;
    private static final int ROUNDS = 18;

    /** Protected by its monitor and by nothing else. */
    private static final class Guarded {
        private Thread owner;
        private int depth;
        private int entries;
        private int intrusions;

        void entered() {
            intrusions += owner != null && owner != Thread.currentThread() ? 1 : 0;
            owner = Thread.currentThread();
            depth++;
            entries++;
        }

        void leaving() {
            intrusions += owner != Thread.currentThread() ? 1 : 0;
            depth--;
            owner = depth == 0 ? null : owner;
        }

        @Override
        public String toString() {
            return entries + " entries, depth " + depth + ", " + intrusions + " intrusions";
        }
    }

    private static final Guarded OF_CLASS = new Guarded();
    private final Guarded ofThis = new Guarded();
    private long sum;

    private synchronized int method(int n) {
        ofThis.entered();
        sum += n;
        hold(n);
        ofThis.leaving();
        return n;
    }

    private static synchronized int staticMethod(int n) {
        OF_CLASS.entered();
        hold(n);
        OF_CLASS.leaving();
        return n;
    }

    private int nested(int n) {
        synchronized (this) {
            ofThis.entered();
            int below;
            synchronized (Contended.class) {
                OF_CLASS.entered();
                hold(n);
                below = staticMethod(n);
                OF_CLASS.leaving();
            }
            ofThis.leaving();
            return below;
        }
    }

    private synchronized int recursive(int n, int depth) {
        ofThis.entered();
        try {
            if (depth == 0) {
                hold(n);
                throw new IllegalStateException(Integer.toString(n));
            }
            synchronized (this) {
                return n + recursive(n, depth - 1);
            }
        } finally {
            ofThis.leaving();
        }
    }

    private int thrown(int n) {
        try {
            return recursive(n, 2);
        } catch (IllegalStateException e) {
            return Integer.parseInt(e.getMessage());
        }
    }

    /** Gives the contended monitor free in the middle. */
    private synchronized int waiting(int n) {
        for (int i = 0; i < 2; i++) {
            ofThis.entered();
            ofThis.leaving();
            try {
                wait(1 + n % 3);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return n;
    }

    private static void hold(int n) {
        switch (n % 4) {
            case 0 -> Pace.step();
            case 1 -> LockSupport.parkNanos(1_000_000);
            case 2 -> {
                Object other = new Object();
                synchronized (other) {
                    try {
                        other.wait(1 + n % 5);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
            default -> {
                long until = System.nanoTime() + 500_000;
                while (System.nanoTime() - until < 0) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    private long run(int me) {
        long result = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int n = me * ROUNDS + round;
            result += switch ((me + round) % 5) {
                case 0 -> method(n);
                case 1 -> staticMethod(n);
                case 2 -> nested(n);
                case 3 -> thrown(n);
                default -> waiting(n);
            };
        }
        return result;
    }

    public static void main(String[] arguments) throws InterruptedException {
        Contended contended = new Contended();
        long[] results = new long[THREADS];
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int me = t;
            Thread thread = new Thread(() -> results[me] = contended.run(me));
            threads.add(thread);
            thread.start();
        }
        long total = 0;
        for (int t = 0; t < THREADS; t++) {
            threads.get(t).join();
            total += results[t];
        }
        System.out.println(contended.ofThis);
        System.out.println(OF_CLASS);
        System.out.println(total + " " + contended.sum);
    }
}
