package programs;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;

/** java.util.concurrent: pools, queues, locks, conditions, latches and timers, with threads parked in each. */
public final class Parked {
    private Parked() {}

    private static void lockAndCondition() throws Exception {
        ReentrantLock lock = new ReentrantLock(true);
        Condition turn = lock.newCondition();
        int[] next = {0};
        StringBuilder order = new StringBuilder();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            int mine = t;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 8; i++) {
                    lock.lock();
                    try {
                        while (next[0] % 3 != mine) {
                            turn.awaitUninterruptibly();
                        }
                        order.append(mine);
                        next[0]++;
                        Pace.step();
                        turn.signalAll();
                    } finally {
                        lock.unlock();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println(order);
    }

    private static void pools() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(3);
        List<Future<Integer>> results = new ArrayList<>();
        CountDownLatch latch = new CountDownLatch(12);
        for (int i = 0; i < 12; i++) {
            int n = i;
            results.add(pool.submit(() -> {
                Pace.step();
                latch.countDown();
                return n * n;
            }));
        }
        latch.await();
        int sum = 0;
        for (Future<Integer> result : results) {
            sum += result.get();
        }
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        CountDownLatch ticks = new CountDownLatch(10);
        Future<?> ticker = timer.scheduleAtFixedRate(() -> {
            Pace.step();
            ticks.countDown();
        }, 1, 1, TimeUnit.MILLISECONDS);
        ticks.await();
        ticker.cancel(false); // always late, it would come first for as long as it lasts
        Future<String> later = timer.schedule(() -> "later", 30, TimeUnit.MILLISECONDS);
        System.out.println(sum + " " + later.get());
        timer.shutdown();
        pool.shutdown();
        System.out.println(pool.awaitTermination(10, TimeUnit.SECONDS) + " " + timer.awaitTermination(10, TimeUnit.SECONDS));
    }

    private static void queues() throws Exception {
        BlockingQueue<Integer> bounded = new ArrayBlockingQueue<>(2);
        BlockingQueue<Integer> linked = new LinkedBlockingQueue<>();
        SynchronousQueue<Integer> direct = new SynchronousQueue<>();
        Thread first = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    linked.put(bounded.take() + 1);
                }
            } catch (InterruptedException e) {
                System.out.println("stopped");
            }
        });
        Thread second = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    direct.put(linked.poll(1, TimeUnit.HOURS) * 2);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        long sum = 0;
        for (int i = 0; i < 20; i++) {
            bounded.put(i);
            if (i % 2 == 0) {
                Pace.step();
            }
            sum += direct.take();
        }
        first.interrupt();
        first.join();
        System.out.println(sum + " " + second.isDaemon() + " " + bounded.poll(5, TimeUnit.MILLISECONDS));
    }

    private static void others() throws Exception {
        Semaphore permits = new Semaphore(2);
        CyclicBarrier barrier = new CyclicBarrier(4);
        ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        AtomicLong sum = new AtomicLong();
        ConcurrentHashMap<Object, Integer> map = new ConcurrentHashMap<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            int mine = t;
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 6; i++) {
                        permits.acquire();
                        Pace.step();
                        permits.release();
                        lock.readLock().lock();
                        sum.addAndGet(mine);
                        lock.readLock().unlock();
                        lock.writeLock().lock();
                        map.merge(TimeUnit.values()[i], 1, Integer::sum);
                        lock.writeLock().unlock();
                        barrier.await();
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        for (int i = 0; i < 6; i++) {
            barrier.await();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println(sum + " " + map.get(TimeUnit.SECONDS) + " " + map.size());
        CompletableFuture<Integer> chain = CompletableFuture.supplyAsync(() -> 1);
        for (int i = 0; i < 5; i++) {
            chain = chain.thenApplyAsync(n -> {
                Pace.step();
                return n * 2;
            });
        }
        System.out.println(chain.get() + " " + IntStream.range(0, 50).parallel().map(n -> {
            if (n % 10 == 0) {
                Pace.step();
            }
            return n;
        }).sum());
    }

    public static void main(String[] arguments) throws Exception {
        lockAndCondition();
        pools();
        queues();
        others();
    }
}
