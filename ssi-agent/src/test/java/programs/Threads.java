package programs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** What belongs to a thread: names, flags, groups, locals, handlers, interrupts; and time that goes on. */
public final class Threads {
    private static final ThreadLocal<StringBuilder> LOCAL = ThreadLocal.withInitial(() -> new StringBuilder("l"));
    private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();
    private static final List<String> LOG = new ArrayList<>();

    private static synchronized void log(String text) {
        LOG.add(text);
    }

    private static final class Named extends Thread {
        private final long number = threadId();
        private int count;

        Named(ThreadGroup group, String name) {
            super(group, name);
        }

        @Override
        public void run() {
            for (int i = 0; i < 12; i++) {
                Pace.step();
                LOCAL.get().append(i);
                count += ThreadLocalRandom.current().nextInt(1, 2);
            }
            log(getName() + " " + isDaemon() + " " + getPriority() + " " + getThreadGroup().getName() + " " + LOCAL.get() + " "
                    + INHERITED.get() + " " + count + " " + (number == Thread.currentThread().threadId()));
        }
    }

    private static void sleeper() {
        long begun = System.nanoTime();
        try {
            Thread.sleep(60_000);
            log("slept");
        } catch (InterruptedException e) {
            log("woken early " + (System.nanoTime() - begun < 50_000_000_000L) + " " + Thread.currentThread().isInterrupted());
        }
    }

    private static void waiter(Object lock) {
        synchronized (lock) {
            try {
                lock.wait();
                log("notified");
            } catch (InterruptedException e) {
                log("wait ended by interrupt " + Thread.holdsLock(lock));
            }
        }
    }

    private static void flagged() {
        Thread.currentThread().interrupt();
        int seen = 0;
        for (int i = 0; i < 40_000_000; i++) {
            seen += Thread.currentThread().isInterrupted() ? 1 : 0;
        }
        log("flag stayed " + (seen == 40_000_000) + " " + Thread.interrupted());
    }

    private static void deadlines() throws InterruptedException {
        Object lock = new Object();
        for (int i = 0; i < 3; i++) {
            long begun = System.nanoTime();
            Thread.sleep(150);
            synchronized (lock) {
                lock.wait(150);
            }
            LockSupport.parkNanos(1);
            long millis = (System.nanoTime() - begun) / 1_000_000;
            log("deadline " + (millis >= 299) + " " + (millis < 5000));
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        INHERITED.set("from main");
        LOCAL.get().append("main");
        ThreadGroup group = new ThreadGroup("own group");
        Thread.setDefaultUncaughtExceptionHandler((thread, cause) -> log("default handler " + thread.getName() + cause));
        Named first = new Named(group, "first");
        first.setDaemon(true);
        first.setPriority(7);
        Named second = new Named(Thread.currentThread().getThreadGroup(), "second");
        Thread failing = new Thread(() -> {
            Pace.step();
            throw new IllegalStateException("failed");
        }, "failing");
        Thread handled = new Thread(() -> {
            Pace.step();
            throw new IllegalStateException("handled");
        }, "handled");
        handled.setUncaughtExceptionHandler((thread, cause) -> log("own handler " + cause.getMessage()));
        Thread sleeper = new Thread(Threads::sleeper);
        Object lock = new Object();
        Thread waiter = new Thread(() -> waiter(lock));
        Thread flagged = new Thread(Threads::flagged);
        List<Thread> all = List.of(first, second, failing, handled, sleeper, waiter, flagged);
        for (Thread thread : all) {
            thread.start();
        }
        first.join();
        second.join();
        failing.join();
        handled.join();
        deadlines();
        sleeper.interrupt();
        waiter.interrupt();
        for (Thread thread : all) {
            thread.join();
        }
        LOG.sort(null);
        Map<Thread, StackTraceElement[]> traces = Thread.getAllStackTraces();
        System.out.println(String.join("\n", LOG) + "\n" + LOCAL.get() + " " + sleeper.getName() + " " + waiter.getState() + " "
                + traces.containsKey(Thread.currentThread()) + " " + Thread.currentThread().getName() + " "
                + Thread.currentThread().threadId() + " " + new Thread().getName());
    }
}
