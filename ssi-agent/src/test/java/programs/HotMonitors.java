package programs;

import java.util.ArrayList;
import java.util.List;

/** Threads that enter two contended monitors millions of times, from compiled code, and see whether they are alone inside. */
public final class HotMonitors {
    private static final int THREADS = 6;
    private static final int COUNT = 1000 * Pace.ROUNDS;

    private static Thread inClass;
    private static long classEntries;
    private Thread in;
    private long entries;
    private volatile boolean intruded;

    private synchronized void enter() {
        intruded |= in != null;
        in = Thread.currentThread();
        entries++;
        intruded |= in != Thread.currentThread();
        in = null;
    }

    private static synchronized void enterClass(HotMonitors seen) {
        seen.intruded |= inClass != null;
        inClass = Thread.currentThread();
        classEntries++;
        seen.intruded |= inClass != Thread.currentThread();
        inClass = null;
    }

    private void nested() {
        synchronized (this) {
            synchronized (HotMonitors.class) {
                synchronized (this) {
                    enterClass(this);
                }
            }
            enter();
        }
    }

    private void run(int me) {
        for (int i = 0; i < COUNT; i++) {
            switch ((me + i) % 3) {
                case 0 -> enter();
                case 1 -> enterClass(this);
                default -> nested();
            }
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        HotMonitors hot = new HotMonitors();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int me = t;
            Thread thread = new Thread(() -> hot.run(me));
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long expected = 2L * THREADS * COUNT / 3;
        System.out.println((hot.entries == expected) + " " + (classEntries == expected) + " " + hot.intruded);
    }
}
