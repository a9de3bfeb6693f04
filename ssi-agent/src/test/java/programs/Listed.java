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

    private static void waits(boolean[] told, CountDownLatch over) {
        synchronized (told) {
            try {
                while (!told[0]) {
                    told.wait();
                }
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

    private static boolean isAt(StackTraceElement[] trace, String method) {
        return trace.length > 0 && trace[0].getMethodName().equals(method);
    }

    private static void look(Thread other, long number, String at) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Thread main = Thread.currentThread();
        for (Thread thread : new Thread[] {main, other}) {
            int listed = 0;
            for (long id : threads.getAllThreadIds()) {
                listed += id == thread.threadId() ? 1 : 0;
            }
            ThreadInfo info;
            do { // it may be on its way there
                info = threads.getThreadInfo(new long[] {thread.threadId()}, true, true)[0];
            } while (thread == other && (info.getThreadState() != Thread.State.WAITING || !isAt(info.getStackTrace(), at)));
            System.out.println(listed + " " + info.getThreadName() + " " + info.getThreadState() + " " + frames(info.getStackTrace()) + " "
                    + Arrays.toString(info.getLockedMonitors()).contains("[Z") + " " + (info.getLockInfo() != null));
        }
        List<String> whole = new ArrayList<>();
        StackTraceElement[] trace;
        do {
            trace = other.getStackTrace();
        } while (!isAt(trace, at));
        for (StackTraceElement frame : trace) {
            whole.add(frame.getClassName().startsWith("java.util.concurrent.locks.") || frame.getMethodName().contains("park") ? "parks" : frame.getMethodName());
        }
        System.out.println(whole.stream().distinct().toList());
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
        boolean[] told = new boolean[1];
        CountDownLatch over = new CountDownLatch(1);
        Thread other = new Thread(() -> waits(told, over), "other");
        long number = other.threadId();
        other.start();
        for (int i = 0; i < 8; i++) {
            look(other, number, "wait0");
            Pace.step();
        }
        synchronized (told) {
            told[0] = true;
            told.notifyAll();
        }
        Pace.step();
        look(other, number, "park");
        over.countDown();
        other.join();
        System.out.println(Thread.activeCount());
    }
}
