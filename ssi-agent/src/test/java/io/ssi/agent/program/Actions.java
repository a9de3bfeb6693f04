package io.ssi.agent.program;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Does what is hooked and prints what a program can see of it: the same with and without agent. */
public final class Actions {
    private Actions() {}

    public static void main(String[] arguments) throws Exception {
        sleep();
        park();
        waitOn();
        virtual();
        System.out.println(List.of(1, 2, 3).stream().map(i -> i * 2).toList());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        System.out.println(System.in.getClass() + " " + in.readLine());
        System.out.println("rest " + in.readLine() + " " + in.readLine());
        System.out.println(ProcessHandle.of(ProcessHandle.current().pid()).orElseThrow().equals(ProcessHandle.current()));
        System.out.println(ProcessHandle.current().isAlive() + " " + ProcessHandle.current().children().count());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        throw new IllegalStateException("the end of main");
    }

    private static void sleep() throws InterruptedException {
        long start = System.nanoTime();
        Thread.sleep(30);
        System.out.println("slept " + (System.nanoTime() - start >= 30_000_000));
        Thread sleeper = new Thread(() -> {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                System.out.println(e.getMessage() + " " + Thread.currentThread().isInterrupted());
            }
        });
        sleeper.start();
        sleeper.interrupt();
        sleeper.join();
        Thread.currentThread().interrupt();
        try {
            Thread.sleep(0);
        } catch (InterruptedException e) {
            System.out.println("zero: " + e.getMessage());
        }
        LockSupport.unpark(Thread.currentThread());
        start = System.nanoTime();
        Thread.sleep(20);
        System.out.println("a permit does not end a sleep " + (System.nanoTime() - start >= 20_000_000));
        LockSupport.park();
        System.out.println("and is still there");
    }

    private static void park() throws InterruptedException {
        LinkedBlockingQueue<String> queue = new LinkedBlockingQueue<>();
        Thread taker = new Thread(() -> {
            try {
                System.out.println("took " + queue.take() + " then " + queue.poll(5, TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                System.out.println(e);
            }
        });
        taker.start();
        queue.add("one");
        taker.join();
    }

    private static void waitOn() throws InterruptedException {
        Object monitor = new Object();
        synchronized (monitor) {
            long start = System.nanoTime();
            monitor.wait(20);
            System.out.println("waited " + (System.nanoTime() - start >= 19_000_000));
            Thread.currentThread().interrupt();
            try {
                monitor.wait();
            } catch (InterruptedException e) {
                System.out.println("wait: " + e.getMessage());
            }
        }
        try {
            monitor.wait(1);
        } catch (IllegalMonitorStateException e) {
            System.out.println(e.getMessage());
        }
    }

    private static void virtual() throws InterruptedException {
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(5);
                LockSupport.parkNanos(1000);
                System.out.println("virtual");
            } catch (InterruptedException e) {
                System.out.println(e);
            }
        });
        thread.join();
    }
}
