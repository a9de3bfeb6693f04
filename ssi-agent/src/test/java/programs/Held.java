package programs;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Two monitors that a thread holds for as long as the program runs, while it reads standard input, and who wants them. */
public final class Held {
    private static int gotIn;

    private synchronized void method() {
        gotIn++;
    }

    private static synchronized void staticMethod() {
        gotIn++;
    }

    private void block() {
        synchronized (this) {
            gotIn++;
        }
    }

    /** Holds a monitor itself, which another wants, while it waits for one. */
    private void chain(Object own) {
        synchronized (own) {
            synchronized (Held.class) {
                gotIn++;
            }
        }
    }

    private static void behind(Object own) {
        synchronized (own) {
            gotIn++;
        }
    }

    private void reads(CountDownLatch holds) {
        synchronized (this) {
            synchronized (Held.class) {
                synchronized (this) {
                    holds.countDown();
                    try {
                        gotIn += System.in.read();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
        }
    }

    private static Thread start(Runnable body) {
        Thread thread = new Thread(body);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void awaitBlocked(Thread thread) {
        while (thread.getState() != Thread.State.BLOCKED) {
            if (!thread.isAlive()) {
                throw new IllegalStateException("it got in: " + gotIn);
            }
            Thread.onSpinWait();
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        Held held = new Held();
        Object own = new Object();
        CountDownLatch holds = new CountDownLatch(1);
        start(() -> held.reads(holds));
        holds.await();
        Thread chain = start(() -> held.chain(own));
        awaitBlocked(chain);
        List<Thread> contenders = List.of(chain, start(held::method), start(Held::staticMethod), start(held::block),
                start(() -> behind(own)));
        contenders.forEach(Held::awaitBlocked);
        System.out.println("blocked");
        for (int i = 0; i < 20; i++) {
            Pace.step();
        }
        contenders.forEach(Held::awaitBlocked);
        System.out.println(gotIn + " got in");
    }
}
