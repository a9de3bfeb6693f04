package programs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** wait and notify: producers and consumers, a barrier, chains of joins. */
public final class Waiting {
    private static final class Buffer {
        private final Deque<Integer> items = new ArrayDeque<>();

        synchronized void put(int item) throws InterruptedException {
            while (items.size() == 3) {
                wait();
            }
            items.addLast(item);
            notifyAll();
        }

        synchronized int take() throws InterruptedException {
            while (items.isEmpty()) {
                wait(5000);
            }
            int item = items.removeFirst();
            notifyAll();
            return item;
        }
    }

    /** One item at a time, with notify: a lost one would stop it for good. */
    private static final class Slot {
        private final Object lock = new Object();
        private Integer item;

        void give(int value) throws InterruptedException {
            synchronized (lock) {
                while (item != null) {
                    lock.wait();
                }
                item = value;
                lock.notify();
            }
        }

        int get() throws InterruptedException {
            synchronized (lock) {
                while (item == null) {
                    lock.wait();
                }
                int value = item;
                item = null;
                lock.notify();
                return value;
            }
        }
    }

    private static final class Barrier {
        private final int parties;
        private int waiting;
        private int generation;

        Barrier(int parties) {
            this.parties = parties;
        }

        synchronized int await() throws InterruptedException {
            int mine = generation;
            if (++waiting == parties) {
                waiting = 0;
                generation++;
                notifyAll();
            }
            while (mine == generation) {
                wait();
            }
            return generation;
        }
    }

    private static long consumed;

    private static synchronized void add(long n) {
        consumed += n;
    }

    private static Thread start(String name, Body body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (InterruptedException e) {
                System.out.println("interrupted");
            }
        }, name);
        thread.start();
        return thread;
    }

    private interface Body {
        void run() throws InterruptedException;
    }

    public static void main(String[] arguments) throws InterruptedException {
        Buffer buffer = new Buffer();
        Slot slot = new Slot();
        Barrier barrier = new Barrier(3);
        List<Thread> threads = new ArrayList<>();
        int[] rounds = new int[3];
        for (int p = 0; p < 3; p++) {
            int number = p;
            threads.add(start("producer-" + p, () -> {
                for (int i = 0; i < 40; i++) {
                    buffer.put(number * 100 + i);
                    if (i % 4 == number) {
                        Pace.step();
                    }
                }
            }));
            threads.add(start("consumer-" + p, () -> {
                for (int i = 0; i < 40; i++) {
                    add(buffer.take());
                }
            }));
            threads.add(start("party-" + p, () -> {
                for (int i = 0; i < 40; i++) {
                    if (i % 3 == number) {
                        Pace.step();
                    }
                    rounds[number] = barrier.await();
                }
            }));
        }
        StringBuilder received = new StringBuilder();
        threads.add(start("giver", () -> {
            for (int i = 0; i < 30; i++) {
                slot.give(i);
                Pace.step();
            }
        }));
        threads.add(start("getter", () -> {
            for (int i = 0; i < 30; i++) {
                received.append(slot.get()).append(' ');
            }
        }));
        Thread before = threads.get(0);
        for (int i = 0; i < 4; i++) {
            Thread one = before;
            int number = i;
            before = start("link-" + i, () -> {
                one.join();
                Pace.step();
                System.out.println("link " + number);
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        before.join();
        System.out.println(consumed + " " + rounds[0] + rounds[1] + rounds[2] + " " + received);
    }
}
