package programs;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CountedCompleter;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RecursiveTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Queues, pools, futures and parallel streams of java.util.concurrent; their threads idle, blocked and busy when the program moves. */
public final class Tasks {
    private static final long UNIT = Math.max(1, Pace.NANOS / 1_000_000);

    private Tasks() {}

    private static void transfer() throws Exception {
        LinkedTransferQueue<Integer> queue = new LinkedTransferQueue<>();
        SynchronousQueue<Integer> fair = new SynchronousQueue<>(true);
        Thread consumer = new Thread(() -> {
            try {
                for (int i = 0; i < 4; i++) {
                    if (i % 2 == 0) {
                        Pace.step();
                    }
                    fair.put(queue.take() * 10);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        consumer.start();
        StringBuilder got = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            if (i % 2 == 0) {
                queue.transfer(i);
            } else {
                queue.tryTransfer(i, 1, TimeUnit.HOURS);
            }
            got.append(fair.poll(1, TimeUnit.HOURS)).append(' ');
        }
        consumer.join();
        long begun = System.nanoTime();
        System.out.println(got + " " + queue.tryTransfer(7, UNIT, TimeUnit.MILLISECONDS) + " " + fair.poll(UNIT, TimeUnit.MILLISECONDS)
                + " " + (System.nanoTime() - begun >= 2 * UNIT * 1_000_000));
    }

    private record Due(String name, long at) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(at, ((Due) other).at);
        }
    }

    private static void delays() throws Exception {
        DelayQueue<Due> queue = new DelayQueue<>();
        long now = System.nanoTime();
        for (int i : new int[] {3, 1, 2}) {
            queue.add(new Due("due" + i, now + i * UNIT * 1_000_000));
        }
        StringBuilder got = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            Due due = queue.take();
            got.append(due.name).append(System.nanoTime() >= due.at).append(' ');
        }
        LinkedBlockingDeque<String> deque = new LinkedBlockingDeque<>(1);
        PriorityBlockingQueue<Integer> sorted = new PriorityBlockingQueue<>(List.of(5, 2, 9));
        CountDownLatch taken = new CountDownLatch(1);
        Thread filler = new Thread(() -> {
            try {
                for (int i = 0; i < 3; i++) {
                    deque.putFirst("e" + i);
                }
                taken.await();
                Pace.step();
                sorted.add(1);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        filler.start();
        for (int i = 0; i < 3; i++) {
            Pace.step();
            got.append(deque.takeLast()).append(sorted.take()).append(' ');
        }
        taken.countDown();
        System.out.println(got.append(sorted.take()));
    }

    private static void scheduled() throws Exception {
        ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(2);
        pool.setRemoveOnCancelPolicy(true);
        AtomicInteger fired = new AtomicInteger();
        CountDownLatch over = new CountDownLatch(3);
        ScheduledFuture<?>[] self = new ScheduledFuture<?>[1];
        CountDownLatch known = new CountDownLatch(1);
        self[0] = pool.scheduleWithFixedDelay(() -> {
            try {
                known.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (fired.incrementAndGet() == 3) {
                self[0].cancel(false);
            }
            over.countDown();
        }, UNIT, UNIT, TimeUnit.MILLISECONDS);
        known.countDown();
        ScheduledFuture<?> never = pool.schedule(() -> System.out.println("never"), 1, TimeUnit.HOURS);
        over.await();
        Pace.step();
        long left = never.getDelay(TimeUnit.MINUTES);
        System.out.println(fired + " " + (left == 59 || left == 58) + " " + never.cancel(false) + " " + pool.getQueue().size());
        ScheduledFuture<String> last = pool.schedule(() -> "last", 2 * UNIT, TimeUnit.MILLISECONDS);
        pool.shutdown();
        System.out.println(last.get() + " " + pool.awaitTermination(1, TimeUnit.HOURS) + " " + pool.getCompletedTaskCount());
    }

    private static final class Sum extends RecursiveTask<Integer> {
        private static final long serialVersionUID = 1;
        private final int from;
        private final int to;

        Sum(int from, int to) {
            this.from = from;
            this.to = to;
        }

        @Override
        protected Integer compute() {
            if (to - from == 1) {
                if (from % 8 == 0) {
                    Pace.step();
                }
                return from;
            }
            Sum left = new Sum(from, (from + to) / 2);
            left.fork();
            return new Sum((from + to) / 2, to).compute() + left.join();
        }
    }

    private static final class Count extends CountedCompleter<Void> {
        private static final long serialVersionUID = 1;
        private final transient AtomicInteger leaves;
        private final int depth;

        Count(Count parent, AtomicInteger leaves, int depth) {
            super(parent);
            this.leaves = leaves;
            this.depth = depth;
        }

        @Override
        public void compute() {
            if (depth == 0) {
                leaves.incrementAndGet();
            } else {
                setPendingCount(2);
                new Count(this, leaves, depth - 1).fork();
                new Count(this, leaves, depth - 1).fork();
            }
            tryComplete();
        }
    }

    private static void forkJoin() throws Exception {
        ForkJoinPool pool = new ForkJoinPool(3);
        AtomicInteger leaves = new AtomicInteger();
        int sum = pool.invoke(new Sum(0, 32));
        pool.invoke(new Count(null, leaves, 6));
        CountDownLatch latch = new CountDownLatch(1);
        var blocked = pool.submit(() -> {
            ForkJoinPool.managedBlock(new ForkJoinPool.ManagedBlocker() {
                @Override
                public boolean block() throws InterruptedException {
                    latch.await();
                    return true;
                }

                @Override
                public boolean isReleasable() {
                    return latch.getCount() == 0;
                }
            });
            return "released";
        });
        var delayed = pool.schedule(() -> "delayed", 2 * UNIT, TimeUnit.MILLISECONDS);
        Pace.step();
        latch.countDown();
        System.out.println(sum + " " + leaves + " " + blocked.get() + " " + delayed.get());
        pool.shutdown();
        System.out.println(pool.awaitTermination(1, TimeUnit.HOURS) + " " + pool.isTerminated());
    }

    private static String causeOf(CompletableFuture<?> future) throws InterruptedException {
        try {
            return "result " + future.get();
        } catch (ExecutionException e) {
            return e.getCause() instanceof TimeoutException ? "timeout" : e.getCause().toString();
        } catch (CancellationException e) {
            return "cancelled";
        }
    }

    private static void futures() throws Exception {
        CompletableFuture<Integer> gate = new CompletableFuture<>();
        CompletableFuture<String> chain = gate.thenApplyAsync(n -> n + 1).thenCombine(CompletableFuture.supplyAsync(() -> {
            Pace.step();
            return 10;
        }), Integer::sum).thenCompose(n -> CompletableFuture.supplyAsync(() -> "n" + n)).whenComplete((n, e) -> Pace.step());
        CompletableFuture<String> expired = new CompletableFuture<String>().orTimeout(2 * UNIT, TimeUnit.MILLISECONDS);
        CompletableFuture<String> instead = new CompletableFuture<String>().completeOnTimeout("instead", 2 * UNIT, TimeUnit.MILLISECONDS);
        CompletableFuture<String> later = CompletableFuture.supplyAsync(() -> "later",
                CompletableFuture.delayedExecutor(3 * UNIT, TimeUnit.MILLISECONDS));
        CompletableFuture<String> patient = new CompletableFuture<String>().orTimeout(1, TimeUnit.HOURS);
        CompletableFuture<Object> any = CompletableFuture.anyOf(patient, later);
        Pace.step();
        gate.complete(1);
        CompletableFuture<String> handled = expired.handle((r, e) -> e instanceof TimeoutException ? "handled" : "not handled");
        CompletableFuture.allOf(chain, instead, later, handled).get();
        System.out.println(causeOf(chain) + " " + causeOf(expired) + " " + causeOf(instead) + " " + causeOf(any) + " " + causeOf(handled)
                + " " + patient.isDone() + " " + patient.cancel(true) + " " + causeOf(patient));
    }

    private static void parallel() {
        List<Integer> sums = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sums.add(IntStream.range(0, 64).parallel().map(n -> {
                if (n % 16 == 0) {
                    Pace.step();
                }
                return n * n;
            }).sum());
            Pace.step(); // the workers are idle
        }
        System.out.println(sums);
    }

    public static void main(String[] arguments) throws Exception {
        futures();
        parallel();
        forkJoin();
        transfer();
        delays();
        scheduled();
    }
}
