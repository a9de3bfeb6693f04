package programs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Timers and scheduled pools: each task fires as often as it shall, not too early, in the order of its times; and what nobody holds ends. */
public final class Timers {
    private static final long UNIT = Math.max(1, Pace.NANOS / 1_000_000);
    private static final List<String> EARLY = Collections.synchronizedList(new ArrayList<>());

    private static TimerTask task(String name, int times, long dueMillis, CountDownLatch over) {
        long due = System.nanoTime() + dueMillis * 1_000_000;
        return new TimerTask() {
            private int fired;

            @Override
            public void run() {
                if (System.nanoTime() - due < -2_000_000) {
                    EARLY.add(name);
                }
                fired++;
                System.out.println(name + " " + fired);
                if (fired == times) {
                    cancel();
                    over.countDown();
                }
            }
        };
    }

    /** One thread runs them in the order of their due times, which is that of the calls. */
    private static void timer() throws InterruptedException {
        Timer timer = new Timer("timer");
        CountDownLatch over = new CountDownLatch(3);
        TimerTask never = task("never", 1, 0, over);
        timer.schedule(never, 1_000_000);
        System.out.println("cancelled " + never.cancel() + " " + timer.purge());
        timer.schedule(task("soon", 1, 4 * UNIT, over), 4 * UNIT);
        timer.scheduleAtFixedRate(task("periodic", 3, 8 * UNIT, over), 8 * UNIT, UNIT);
        timer.schedule(task("late", 1, 14 * UNIT, over), 14 * UNIT);
        over.await();
        timer.cancel();
        try {
            timer.schedule(task("too late", 1, 0, over), 0);
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
    }

    private static void scheduled() throws Exception {
        ScheduledExecutorService pool = Executors.newScheduledThreadPool(2);
        CountDownLatch periods = new CountDownLatch(4);
        long begun = System.nanoTime();
        ScheduledFuture<String> value = pool.schedule(() -> "value", 12 * UNIT, TimeUnit.MILLISECONDS);
        ScheduledFuture<?> periodic = pool.scheduleAtFixedRate(periods::countDown, UNIT, UNIT, TimeUnit.MILLISECONDS);
        ScheduledFuture<?> failing = pool.scheduleWithFixedDelay(() -> {
            throw new IllegalStateException("once");
        }, 2 * UNIT, UNIT, TimeUnit.MILLISECONDS);
        System.out.println(value.get() + " " + (System.nanoTime() - begun >= 12 * UNIT * 1_000_000));
        periods.await();
        System.out.println(periodic.cancel(false) + " " + periodic.isCancelled() + " " + failing.isDone());
        try {
            failing.get();
        } catch (java.util.concurrent.ExecutionException e) {
            System.out.println(e.getCause().getMessage());
        }
        pool.shutdown();
        System.out.println(pool.awaitTermination(60, TimeUnit.SECONDS));
    }

    /** A timer and a pool that nobody holds any more: the cleaner ends their threads, or the program would not end. */
    private static void dropped() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        ExecutorService single = Executors.newSingleThreadExecutor();
        System.out.println(single.submit(() -> "single").get());
        new Timer("dropped").schedule(task("dropped", 1, 4 * UNIT, first), 4 * UNIT);
        first.await();
        Timer held = new Timer("held", true);
        held.schedule(task("held", 1, 4 * UNIT, second), 4 * UNIT);
        second.await();
        held.cancel();
        single.shutdown();
        Thread left = null;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            left = thread.getName().equals("dropped") ? thread : left;
        }
        Pace.step();
        while (left != null && left.isAlive()) {
            System.gc();
            left.join(20);
        }
        System.out.println("over");
    }

    public static void main(String[] arguments) throws Exception {
        dropped();
        timer();
        scheduled();
        System.out.println(EARLY);
    }
}
