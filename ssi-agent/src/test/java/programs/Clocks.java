package programs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.StampedLock;
import java.util.function.LongSupplier;

/** System.nanoTime and all that has its deadlines by it: steady wherever the program is, however far the clocks of hosts are apart. */
public final class Clocks {
    private static final long UNIT = Math.max(1, Pace.NANOS);
    /** Nothing here takes as long, even on a busy machine; clocks of hosts in the test are days apart. */
    private static final long MUCH = TimeUnit.HOURS.toNanos(2);
    private static final LongSupplier REFERENCE = System::nanoTime;
    private static final List<String> WRONG = Collections.synchronizedList(new ArrayList<>());
    private static final long BEGUN = System.nanoTime();

    private Clocks() {}

    private interface Wait {
        Object run() throws Exception;
    }

    /** A wait for three units that must last neither shorter nor for days; an hour-long one that someone else ends. */
    private static Thread waits(String name, boolean isLong, Wait wait) {
        Thread thread = new Thread(() -> {
            long begun = System.nanoTime();
            Object result;
            try {
                result = wait.run();
            } catch (TimeoutException e) {
                result = "timeout";
            } catch (Exception e) {
                result = e;
            }
            long took = System.nanoTime() - begun;
            if (!isLong && took < 3 * UNIT || took > MUCH) {
                WRONG.add(name + " took " + took);
            }
            synchronized (WRONG) {
                System.out.println(name + " " + result);
            }
        }, name);
        thread.start();
        return thread;
    }

    private record Due(long at) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(at, ((Due) other).at);
        }
    }

    private static void over(Thread thread) throws InterruptedException {
        thread.join(TimeUnit.NANOSECONDS.toMillis(MUCH));
        if (thread.isAlive()) {
            WRONG.add(thread.getName() + " is late");
        }
    }

    private static void shortWaits() throws Exception {
        long time = 3 * UNIT;
        StampedLock lock = new StampedLock();
        lock.writeLock();
        DelayQueue<Due> due = new DelayQueue<>();
        FutureTask<String> task = new FutureTask<>(() -> "done");
        over(waits("queue", false, () -> new LinkedBlockingQueue<String>().poll(time, TimeUnit.NANOSECONDS)));
        over(waits("hand-over", false, () -> new SynchronousQueue<String>().poll(time, TimeUnit.NANOSECONDS)));
        over(waits("stamped", false, () -> lock.tryReadLock(time, TimeUnit.NANOSECONDS)));
        over(waits("future", false, () -> task.get(time, TimeUnit.NANOSECONDS)));
        over(waits("completable", false, () -> new CompletableFuture<String>().get(time, TimeUnit.NANOSECONDS)));
        over(waits("latch", false, () -> new CountDownLatch(1).await(time, TimeUnit.NANOSECONDS)));
        over(waits("due", false, () -> {
            due.add(new Due(System.nanoTime() + time));
            return due.take().at > 0;
        }));
    }

    private static void longWaits() throws Exception {
        CountDownLatch latch = new CountDownLatch(1);
        LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();
        CompletableFuture<String> future = new CompletableFuture<>();
        List<Thread> all = List.of(waits("long latch", true, () -> latch.await(1, TimeUnit.HOURS)),
                waits("long queue", true, () -> queue.poll(1, TimeUnit.HOURS)),
                waits("long future", true, () -> future.get(1, TimeUnit.HOURS)));
        ScheduledExecutorService pool = Executors.newScheduledThreadPool(1);
        pool.schedule(latch::countDown, 2 * UNIT, TimeUnit.NANOSECONDS);
        over(all.get(0));
        pool.schedule(() -> queue.add("item"), 2 * UNIT, TimeUnit.NANOSECONDS);
        over(all.get(1));
        pool.schedule(() -> future.complete("value"), 2 * UNIT, TimeUnit.NANOSECONDS);
        over(all.get(2));
        pool.shutdown();
    }

    public static void main(String[] arguments) throws Exception {
        Thread watch = new Thread(() -> {
            long last = BEGUN;
            while (last != 0) {
                long now = REFERENCE.getAsLong();
                if (now < last || now - last > MUCH || System.nanoTime() - now > MUCH) {
                    WRONG.add("from " + last + " to " + now);
                }
                last = Thread.currentThread().isInterrupted() ? 0 : now;
            }
        }, "watch");
        watch.start();
        shortWaits();
        longWaits();
        watch.interrupt();
        watch.join();
        if (System.nanoTime() - BEGUN > MUCH) {
            WRONG.add("the whole");
        }
        System.out.println(WRONG);
    }
}
