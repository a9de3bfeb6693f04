package programs;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Stack traces, stack walks and what else tells of frames, made before, between and after moves. */
public final class Traces {
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    private static final List<Throwable> OLD = new ArrayList<>();

    private static void print(String title, StackTraceElement[] trace) {
        StringBuilder text = new StringBuilder(title);
        for (StackTraceElement element : trace) {
            text.append("\n    ").append(element);
        }
        System.out.println(text);
    }

    private static Throwable made(String title) {
        Throwable made = new Throwable(title);
        Pace.step();
        OLD.add(new IllegalStateException("old " + title, made)); // printed when everything is over
        return made;
    }

    private static Class<?> caller() {
        return WALKER.getCallerClass();
    }

    private interface Walks {
        default void walk(String title) {
            Pace.step();
            String frames = WALKER.walk(all -> String.join("\n    ", all.map(f -> f.getDeclaringClass().getName() + "."
                    + f.getMethodName() + f.getDescriptor() + f.getMethodType().parameterCount() + ":" + f.getLineNumber()).toList()));
            Pace.step();
            System.out.println(title + " " + caller() + "\n    " + frames);
            print("throwable", made(title).getStackTrace());
        }
    }

    private static final class Built implements Walks {
        private final int value;

        Built(int depth) {
            Pace.step();
            value = depth == 0 ? 0 : new Built(depth - 1).value + 1;
            if (depth == 0) {
                walk("built");
            }
            Pace.step();
            print("constructor " + depth, made("made").getStackTrace());
        }

        class Inner {
            void run() {
                Runnable lambda = () -> {
                    Pace.step();
                    Supplier<String> reference = this::named;
                    System.out.println(reference.get() + value);
                };
                lambda.run();
            }

            private String named() {
                Pace.step();
                print("lambda", Thread.currentThread().getStackTrace());
                if (!Thread.currentThread().getName().equals("main")) {
                    print("management", ofProgram(ManagementFactory.getThreadMXBean().getThreadInfo(Thread.currentThread().threadId(), 100)
                            .getStackTrace()));
                }
                return "named";
            }
        }
    }

    /** What the JVM lists of all threads also shows frames that other traces leave out. */
    private static StackTraceElement[] ofProgram(StackTraceElement[] trace) {
        return Arrays.stream(trace).filter(e -> e.getClassName().startsWith("programs.") && !e.getClassName().contains("/")).toArray(StackTraceElement[]::new);
    }

    private static int overloaded(int n) {
        return overloaded((long) n) + 1;
    }

    private static int overloaded(long n) {
        return overloaded(Long.toString(n)) + 1;
    }

    private static synchronized int overloaded(String n) {
        Pace.step();
        print("all", ofProgram(Thread.getAllStackTraces().get(Thread.currentThread())));
        return n.length();
    }

    public static void reflective(String text) {
        Pace.step();
        print(text, new Exception(text).getStackTrace());
        List<String> names = new ArrayList<>();
        for (var method : Traces.class.getDeclaredMethods()) {
            if (!method.isSynthetic()) {
                names.add(method.getName());
            }
        }
        names.sort(null);
        System.out.println(names);
    }

    private static boolean more(int i) {
        print("more " + i, new Exception().getStackTrace());
        return i < 12;
    }

    private static void headOfLoop() {
        for (int i = 0; more(i); i++) {
            Pace.step();
        }
    }

    private static int failing(int depth) {
        try {
            if (depth > 0) {
                return failing(depth - 1);
            }
            Pace.step();
            return Integer.parseInt("no number " + depth);
        } finally {
            Pace.step();
        }
    }

    private static void interrupted() throws InterruptedException {
        Thread main = Thread.currentThread();
        for (int i = 0; i < 2; i++) {
            boolean sleeps = i == 0;
            Thread other = new Thread(() -> {
                while (main.getState() != Thread.State.TIMED_WAITING) {
                    Thread.onSpinWait();
                }
                for (int k = 0; k < 4; k++) {
                    LockSupport.parkNanos(Pace.NANOS);
                }
                main.interrupt();
            }, "interrupts");
            other.start();
            try {
                if (sleeps) {
                    Thread.sleep(100_000);
                } else {
                    synchronized (OLD) {
                        OLD.wait(100_000);
                    }
                }
            } catch (InterruptedException e) {
                print("interrupted " + e.getMessage(), e.getStackTrace());
            }
            other.join();
        }
    }

    private static void ofAnother() throws Exception {
        AtomicReference<String> stage = new AtomicReference<>("");
        Object lock = new Object();
        Thread other = new Thread(() -> {
            synchronized (lock) {
                stage.set("waits");
                while (stage.get().equals("waits")) {
                    try {
                        lock.wait();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
            while (stage.get().equals("parks")) {
                LockSupport.park(stage);
            }
            Pace.step();
            throw new UnsupportedOperationException("on purpose", made("cause"));
        }, "other");
        other.start();
        while (other.getState() != Thread.State.WAITING) {
            Pace.step();
        }
        for (String next : new String[] {"parks", "over"}) {
            for (int i = 0; i < 6; i++) {
                Pace.step();
            }
            print(stage.get(), other.getStackTrace());
            stage.set(next);
            synchronized (lock) {
                lock.notifyAll();
            }
            LockSupport.unpark(other);
            if (next.equals("parks")) {
                Pace.step();
                while (other.getState() != Thread.State.WAITING || other.getStackTrace().length < 2
                        || !other.getStackTrace()[1].getClassName().contains("LockSupport")) {
                    Pace.step();
                }
            }
        }
        other.join();
    }

    /** What was thrown just before or after a move, and is looked at much later. */
    private static final class Thrower extends Thread {
        private static final int KEPT_MAX = 2000;
        private final Throwable[] kept = new Throwable[KEPT_MAX];
        private volatile boolean over;

        @Override
        public void run() {
            for (int i = 0; !over; i = (i + 1) % KEPT_MAX) {
                try {
                    Integer.parseInt("thrown");
                } catch (NumberFormatException e) {
                    kept[i] = e;
                }
                LockSupport.parkNanos(1_000_000);
            }
        }

        void print() throws InterruptedException {
            over = true;
            join();
            Set<List<StackTraceElement>> distinct = new HashSet<>();
            for (Throwable each : kept) {
                if (each != null && distinct.add(List.of(each.getStackTrace()))) {
                    Traces.print("thrown in between", each.getStackTrace());
                }
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        Thrower thrower = new Thrower();
        thrower.start();
        headOfLoop();
        new Built(2).new Inner().run();
        System.out.println(overloaded(7));
        Traces.class.getMethod("reflective", String.class).invoke(null, "reflective");
        try {
            failing(3);
        } catch (NumberFormatException e) {
            print(e.getMessage(), e.getStackTrace());
        }
        ExecutorService pool = Executors.newFixedThreadPool(1);
        pool.submit(() -> new Built(0).new Inner().run()).get();
        FutureTask<Integer> task = new FutureTask<>(() -> failing(1));
        pool.execute(task);
        try {
            task.get();
        } catch (java.util.concurrent.ExecutionException e) {
            print("cause", e.getCause().getStackTrace());
        }
        pool.shutdown();
        interrupted();
        ofAnother();
        Traces.class.getClassLoader().setDefaultAssertionStatus(true);
        try {
            Asserts.negative(Pace.ROUNDS);
        } catch (AssertionError e) {
            print(e.getMessage(), e.getStackTrace());
        }
        for (Throwable old : OLD) {
            print(old.getMessage(), old.getStackTrace());
            print(old.getCause().getMessage(), old.getCause().getStackTrace());
        }
        thrower.print();
        Pace.step();
        throw new IllegalArgumentException("the end", OLD.get(0));
    }

    private static final class Asserts {
        static void negative(int n) {
            Pace.step();
            assert n < 0 : "asserted";
        }
    }
}
