package programs;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** What a program finds when it looks at all threads: its own, once each, with its own frames. */
public final class Listed {
    private Listed() {}

    private static void waits(Object lock, CountDownLatch over) {
        synchronized (lock) {
            try {
                lock.wait();
                over.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** No frame of what a move or its mechanism puts under the program's. */
    private static boolean isStrange(StackTraceElement frame) {
        return frame.getClassName().startsWith("java.lang.Ssi") || frame.getClassName().startsWith("io.ssi.") || frame.getMethodName().contains("$ssi$");
    }

    private static List<String> frames(StackTraceElement[] trace) {
        List<String> own = new ArrayList<>();
        for (StackTraceElement frame : trace) {
            if (frame.getClassName().startsWith("programs.") && !frame.getClassName().contains("/")) {
                own.add(frame.getMethodName());
            }
            if (isStrange(frame)) {
                own.add("strange " + frame);
            }
        }
        return own;
    }

    private static void look(Thread other, long number) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Thread main = Thread.currentThread();
        for (Thread thread : new Thread[] {main, other}) {
            int listed = 0;
            for (long id : threads.getAllThreadIds()) {
                listed += id == thread.threadId() ? 1 : 0;
            }
            ThreadInfo info = threads.getThreadInfo(new long[] {thread.threadId()}, true, true)[0];
            System.out.println(listed + " " + info.getThreadName() + " " + info.getThreadState() + " " + frames(info.getStackTrace()) + " "
                    + Arrays.toString(info.getLockedMonitors()).contains("Object") + " " + (info.getLockInfo() != null));
        }
        List<String> found = new ArrayList<>();
        for (Map.Entry<Thread, StackTraceElement[]> entry : Thread.getAllStackTraces().entrySet()) {
            Thread thread = entry.getKey();
            if (thread == main || thread == other || thread.getName().equals("main") || thread.getName().equals("other")) {
                found.add(thread.getName() + " " + (thread.threadId() == (thread == other ? number : 3)) + " " + frames(entry.getValue()));
            }
        }
        found.sort(null);
        int dumped = 0;
        for (ThreadInfo info : threads.dumpAllThreads(false, false)) {
            dumped += info.getThreadName().equals("main") || info.getThreadName().equals("other") ? 1 : 0;
        }
        ThreadGroup group = main.getThreadGroup();
        Thread[] members = new Thread[20];
        int count = group.enumerate(members);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(members[i].getName());
        }
        names.sort(null);
        System.out.println(found + " " + dumped + " " + names + " " + Thread.activeCount());
    }

    public static void main(String[] arguments) throws InterruptedException {
        Object lock = new Object();
        CountDownLatch over = new CountDownLatch(1);
        Thread other = new Thread(() -> waits(lock, over), "other");
        long number = other.threadId();
        other.start();
        while (other.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        for (int i = 0; i < 8; i++) {
            look(other, number);
            Pace.step();
        }
        synchronized (lock) {
            lock.notifyAll();
        }
        Pace.step();
        look(other, number);
        over.countDown();
        other.join();
        System.out.println(Thread.activeCount());
    }
}
