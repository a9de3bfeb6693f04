package programs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Exchanger;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;

/** Threads that meet and exclude each other by java.util.concurrent, with and without deadlines, parked in each when the program moves. */
public final class Barriers {
    private static final long UNIT = Math.max(1, Pace.NANOS / 1_000_000);
    private static final List<String> LOG = Collections.synchronizedList(new ArrayList<>());

    private Barriers() {}

    private interface Body {
        void run() throws Exception;
    }

    private static Thread start(Body body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Exception e) {
                LOG.add(e.toString());
            }
        });
        thread.start();
        return thread;
    }

    /** Prints what the threads have noted, when all are through. */
    private static void over(String name, Thread... threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        List<String> lines = new ArrayList<>(LOG);
        lines.sort(null);
        System.out.println(name + " " + lines);
        LOG.clear();
    }

    /** Whether a wait of that many units lasted as long as it should. */
    private static boolean lasted(long begun, long units) {
        return System.nanoTime() - begun >= units * UNIT * 1_000_000;
    }

    private static void phaser() throws InterruptedException {
        Phaser phaser = new Phaser(3) {
            @Override
            protected boolean onAdvance(int phase, int parties) {
                LOG.add("phase " + phase + " of " + parties);
                return phase == 3;
            }
        };
        Thread[] threads = new Thread[3];
        for (int t = 0; t < 3; t++) {
            int mine = t;
            threads[t] = start(() -> {
                while (!phaser.isTerminated()) {
                    if (phaser.getPhase() % 3 == mine) {
                        Pace.step();
                    }
                    phaser.arriveAndAwaitAdvance();
                }
            });
        }
        Thread watcher = start(() -> {
            try {
                phaser.awaitAdvanceInterruptibly(0, 1, TimeUnit.HOURS);
                LOG.add("seen");
            } catch (TimeoutException e) {
                LOG.add("late");
            }
        });
        over("phaser", threads[0], threads[1], threads[2], watcher);
    }

    private static void exchanger() throws InterruptedException {
        Exchanger<String> exchanger = new Exchanger<>();
        Thread[] threads = new Thread[2];
        for (int t = 0; t < 2; t++) {
            int mine = t;
            threads[t] = start(() -> {
                StringBuilder got = new StringBuilder();
                for (int i = 0; i < 4; i++) {
                    if (i % 2 == mine) {
                        Pace.step();
                    }
                    String item = (mine == 0 ? "a" : "b") + i;
                    got.append(i < 2 ? exchanger.exchange(item) : exchanger.exchange(item, 1, TimeUnit.HOURS));
                }
                LOG.add(got.toString());
            });
        }
        over("exchanger", threads);
        long begun = System.nanoTime();
        try {
            exchanger.exchange("alone", 2 * UNIT, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            System.out.println("alone " + lasted(begun, 2));
        }
    }

    private static void barrier() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(3, () -> LOG.add("trip"));
        Thread first = start(() -> {
            barrier.await();
            try {
                barrier.await();
            } catch (BrokenBarrierException e) {
                LOG.add("broken");
            }
        });
        Thread second = start(() -> {
            Pace.step();
            barrier.await(1, TimeUnit.HOURS);
        });
        barrier.await();
        while (barrier.getNumberWaiting() == 0) {
            Thread.onSpinWait();
        }
        long begun = System.nanoTime();
        try {
            barrier.await(2 * UNIT, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.add("timeout " + lasted(begun, 2));
        }
        over("barrier", first, second);
    }

    private static void latchAndSemaphore() throws Exception {
        CountDownLatch latch = new CountDownLatch(2);
        Semaphore permits = new Semaphore(0, true);
        long begun = System.nanoTime();
        System.out.println(latch.await(UNIT, TimeUnit.MILLISECONDS) + " " + lasted(begun, 1) + " "
                + permits.tryAcquire(2, UNIT, TimeUnit.MILLISECONDS) + " " + lasted(begun, 2));
        Thread waiter = start(() -> {
            latch.await();
            permits.acquire(3);
            LOG.add("got three");
        });
        Thread late = start(() -> LOG.add("timely " + permits.tryAcquire(2, 1, TimeUnit.HOURS)));
        latch.countDown();
        Pace.step();
        latch.countDown();
        for (int i = 0; i < 5; i++) {
            permits.release();
            if (i % 2 == 0) {
                Pace.step();
            }
        }
        over("semaphore", waiter, late);
    }

    private static void stamped() throws Exception {
        StampedLock lock = new StampedLock();
        long optimistic = lock.tryOptimisticRead();
        long write = lock.writeLock();
        Thread reader = start(() -> {
            long stamp = lock.readLock();
            LOG.add("read " + lock.isReadLocked());
            lock.unlockRead(stamp);
        });
        Thread writer = start(() -> {
            long stamp = lock.tryWriteLock(1, TimeUnit.HOURS);
            LOG.add("write " + lock.validate(stamp));
            Pace.step();
            lock.unlockWrite(stamp);
        });
        Thread hasty = start(() -> LOG.add("hasty " + lock.tryReadLock(UNIT, TimeUnit.MILLISECONDS)));
        hasty.join();
        System.out.println(lock.validate(optimistic) + " " + lock.validate(write));
        long read = lock.tryConvertToReadLock(write);
        Pace.step();
        lock.unlock(read);
        over("stamped", reader, writer);
    }

    private static void readWrite() throws Exception {
        ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        lock.readLock().lock();
        lock.readLock().lock();
        Thread writer = start(() -> {
            lock.writeLock().lock();
            lock.writeLock().lock();
            LOG.add("holds " + lock.getWriteHoldCount());
            Pace.step();
            lock.writeLock().unlock();
            lock.writeLock().unlock();
        });
        while (!lock.hasQueuedThread(writer)) {
            Thread.onSpinWait();
        }
        Thread hasty = start(() -> LOG.add("hasty " + lock.readLock().tryLock(UNIT, TimeUnit.MILLISECONDS)));
        hasty.join();
        System.out.println(lock.getReadHoldCount() + " " + lock.isWriteLocked());
        lock.readLock().unlock();
        lock.readLock().unlock();
        over("read-write", writer);
    }

    private static void conditions() throws Exception {
        ReentrantLock lock = new ReentrantLock();
        Condition never = lock.newCondition();
        Condition told = lock.newCondition();
        boolean[] said = new boolean[1];
        Thread patient = start(() -> {
            lock.lockInterruptibly();
            try {
                long left = TimeUnit.HOURS.toNanos(1);
                while (!said[0] && left > 0) {
                    left = told.awaitNanos(left);
                }
                LOG.add("told " + (left > 0));
            } finally {
                lock.unlock();
            }
        });
        lock.lock();
        try {
            long begun = System.nanoTime();
            long left = 2 * UNIT * 1_000_000;
            while (left > 0) {
                left = never.awaitNanos(left);
            }
            System.out.println("nanos " + lasted(begun, 2));
            begun = System.nanoTime();
            Date until = new Date(System.currentTimeMillis() + 2 * UNIT);
            boolean early = true;
            while (early) {
                early = never.awaitUntil(until);
            }
            System.out.println("until " + (System.currentTimeMillis() >= until.getTime()) + " " + lock.getHoldCount());
            said[0] = true;
            told.signalAll();
        } finally {
            lock.unlock();
        }
        Thread interrupted = start(() -> {
            lock.lock();
            try {
                never.await();
            } catch (InterruptedException e) {
                LOG.add("interrupted " + lock.isHeldByCurrentThread());
            } finally {
                lock.unlock();
            }
        });
        Pace.step();
        interrupted.interrupt();
        over("conditions", patient, interrupted);
    }

    public static void main(String[] arguments) throws Exception {
        phaser();
        exchanger();
        barrier();
        latchAndSemaphore();
        stamped();
        readWrite();
        conditions();
    }
}
