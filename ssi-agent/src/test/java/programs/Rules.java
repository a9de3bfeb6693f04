package programs;

import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * For each woven method of the JDK what a program sees of it, step by step: the same on a plain JVM, under the agent, and when the
 * program is moved meanwhile. How a program ends has programs of its own: {@link #ELSEWHERE}.
 */
public final class Rules {
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(100);
    private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(60);

    /** Class and method of a rule to the program that does nothing else. */
    public static final Map<String, Class<?>> ELSEWHERE = Map.of(
            "java.lang.Shutdown.halt", Leaving.class,
            "java.lang.Shutdown.shutdown", Dying.class,
            "java.lang.StackTraceElement.of", Traces.class,
            "java.lang.Thread.getStackTrace", Traces.class,
            "java.lang.Thread.getAllStackTraces", Traces.class,
            "java.lang.management.ThreadInfo.initialize", Traces.class,
            "java.lang.StackFrameInfo.getMethodName", Traces.class,
            "java.lang.StackFrameInfo.getMethodType", Traces.class,
            "java.lang.StackStreamFactory$FrameBuffer.setBatch", Traces.class,
            "java.lang.Class.privateGetDeclaredMethods", Traces.class);

    /** Class, method and, where there are more of that name, number of arguments. */
    public static final Map<String, Action> ACTIONS = new LinkedHashMap<>();

    /** Does what is woven, and says what came of it. */
    public interface Action {
        String run() throws Exception;
    }

    private interface Wait {
        void run() throws InterruptedException;
    }

    static {
        ACTIONS.put("java.util.concurrent.locks.LockSupport.park 1", () -> unparked(() -> LockSupport.park(Rules.class)));
        ACTIONS.put("java.util.concurrent.locks.LockSupport.park 0", () -> unparked(LockSupport::park));
        ACTIONS.put("java.util.concurrent.locks.LockSupport.parkNanos 2", () -> unparked(() -> LockSupport.parkNanos(Rules.class, LONG_NANOS))
                + timed(() -> LockSupport.parkNanos(Rules.class, SHORT_NANOS)));
        ACTIONS.put("java.util.concurrent.locks.LockSupport.parkNanos 1", () -> unparked(() -> LockSupport.parkNanos(LONG_NANOS))
                + timed(() -> LockSupport.parkNanos(SHORT_NANOS)));
        ACTIONS.put("java.util.concurrent.locks.LockSupport.parkUntil 1", () -> unparked(() -> LockSupport.parkUntil(later()))
                + unparked(() -> LockSupport.parkUntil(Rules.class, later())));
        ACTIONS.put("java.lang.Object.wait 1", Rules::waiting);
        ACTIONS.put("java.lang.Thread.sleepNanos 1", Rules::sleeping);
        ACTIONS.put("java.lang.Thread.run 0", Rules::running);
        ACTIONS.put("java.lang.Thread.dispatchUncaughtException 1", Rules::uncaught);
        ACTIONS.put("java.lang.invoke.InnerClassLambdaMetafactory.spinInnerClass 0", Rules::lambdas);
        ACTIONS.put("java.lang.ProcessHandleImpl.pid 0", () -> kept(() -> ProcessHandle.current().pid()));
        ACTIONS.put("java.lang.ProcessHandleImpl.toString 0", () -> kept(() -> ProcessHandle.current().toString())
                + ProcessHandle.current().toString().equals(Long.toString(ProcessHandle.current().pid())));
        ACTIONS.put("java.lang.ProcessHandleImpl.get 1", () -> kept(() -> ProcessHandle.of(ProcessHandle.current().pid()).orElseThrow())
                + ProcessHandle.of(ProcessHandle.current().pid()).orElseThrow().equals(ProcessHandle.current()));
        ACTIONS.put("sun.management.VMManagementImpl.getVmId 0", () -> kept(() -> ManagementFactory.getRuntimeMXBean().getName().split("@")[0])
                + (ManagementFactory.getRuntimeMXBean().getPid() == ProcessHandle.current().pid()));
        ACTIONS.put("java.util.concurrent.ForkJoinWorkerThread.run 0", Rules::forked);
        ACTIONS.put("java.util.concurrent.ForkJoinPool.awaitWork 2", Rules::idle);
        ACTIONS.put("java.util.concurrent.DelayScheduler.loop 1", Rules::delayed);
        ACTIONS.put("sun.nio.ch.UnixDomainSockets.<clinit> 0", Rules::unbound);
        ACTIONS.put("java.lang.ProcessImpl.start 5", Rules::child);
    }

    private Rules() {}

    private static long later() {
        return System.currentTimeMillis() + TimeUnit.NANOSECONDS.toMillis(LONG_NANOS);
    }

    /** A thread waits for its turn, as all do that park: it looks again whenever it wakes. */
    private static String unparked(Runnable park) throws InterruptedException {
        boolean[] turn = new boolean[1];
        Thread parked = new Thread(() -> {
            while (true) {
                park.run();
                synchronized (turn) {
                    if (turn[0]) {
                        return;
                    }
                }
            }
        });
        parked.start();
        Pace.step();
        synchronized (turn) {
            turn[0] = true;
        }
        while (parked.isAlive()) {
            LockSupport.unpark(parked);
            parked.join(1);
        }
        return "unparked ";
    }

    /** Parks until the time is over: never shorter, however often it is woken. */
    private static String timed(Wait wait) throws InterruptedException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < SHORT_NANOS) {
            wait.run();
        }
        return "in time";
    }

    private static String waiting() throws InterruptedException {
        Object monitor = new Object();
        boolean[] told = new boolean[2];
        Thread teller = new Thread(() -> {
            Pace.step();
            synchronized (monitor) {
                told[0] = true;
                monitor.notifyAll();
            }
        });
        long start = System.nanoTime();
        synchronized (monitor) {
            teller.start();
            while (!told[0]) {
                monitor.wait(TimeUnit.NANOSECONDS.toMillis(LONG_NANOS));
            }
            while (System.nanoTime() - start < SHORT_NANOS) {
                monitor.wait(1);
            }
        }
        Thread.currentThread().interrupt();
        try {
            synchronized (monitor) {
                monitor.wait(1);
            }
        } catch (InterruptedException e) {
            return "told, then " + e.getMessage() + " " + Thread.currentThread().isInterrupted();
        }
        return "not interrupted";
    }

    private static String sleeping() throws InterruptedException {
        long start = System.nanoTime();
        Thread.sleep(TimeUnit.NANOSECONDS.toMillis(SHORT_NANOS));
        boolean enough = System.nanoTime() - start >= SHORT_NANOS;
        StringBuffer seen = new StringBuffer();
        Thread sleeper = new Thread(() -> {
            try {
                Thread.sleep(TimeUnit.NANOSECONDS.toMillis(LONG_NANOS));
            } catch (InterruptedException e) {
                seen.append(e.getMessage()).append(' ').append(Thread.currentThread().isInterrupted());
            }
        });
        sleeper.start();
        Pace.step();
        sleeper.interrupt();
        sleeper.join();
        return "slept " + enough + ", " + seen;
    }

    private static String running() throws InterruptedException {
        StringBuffer order = new StringBuffer();
        Thread thread = new Thread(() -> order.append("target"), "named") {
            @Override
            public void run() {
                order.append("before ");
                Pace.step();
                super.run();
                order.append(" after ").append(getName());
            }
        };
        thread.start();
        thread.join();
        return order.toString();
    }

    private static String uncaught() throws InterruptedException {
        StringBuffer seen = new StringBuffer();
        Thread thread = new Thread(() -> {
            Pace.step();
            throw new IllegalStateException("uncaught");
        }, "dying");
        thread.setUncaughtExceptionHandler((t, e) -> seen.append(t.getName()).append(' ').append(e.getMessage()));
        thread.start();
        thread.join();
        return seen.toString();
    }

    private static String lambdas() {
        int captured = ACTIONS.size();
        Supplier<Supplier<Integer>> maker = () -> () -> captured + 1;
        Supplier<Integer> made = maker.get();
        Pace.step();
        return made.get() - captured + " " + maker.get().get().equals(made.get()) + " " + made.getClass().isHidden();
    }

    /** Something that must stay as it is for life. */
    private static String kept(Supplier<?> what) {
        Object before = what.get();
        Pace.step();
        return before.equals(what.get()) + " ";
    }

    /** The one worker waits for its next task while the program moves. */
    private static String idle() throws Exception {
        try (ForkJoinPool pool = new ForkJoinPool(1)) {
            int first = pool.submit(() -> 1).get();
            Pace.step();
            return first + " then " + pool.submit(() -> 2).get();
        }
    }

    private static String delayed() throws Exception {
        long start = System.nanoTime();
        try (ForkJoinPool pool = new ForkJoinPool(1)) {
            pool.schedule(() -> { }, SHORT_NANOS, TimeUnit.NANOSECONDS).get();
            Pace.step();
            return pool.schedule(() -> "delayed", 1, TimeUnit.NANOSECONDS).get() + " " + (System.nanoTime() - start >= SHORT_NANOS);
        }
    }

    private static String forked() {
        try (ForkJoinPool pool = new ForkJoinPool(2)) {
            return "result " + pool.submit(() -> {
                Pace.step();
                return Thread.currentThread() instanceof java.util.concurrent.ForkJoinWorkerThread;
            }).join();
        }
    }

    private static String unbound() throws Exception {
        try (ServerSocketChannel one = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(null);
                ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(null)) {
            UnixDomainSocketAddress first = (UnixDomainSocketAddress) one.getLocalAddress();
            UnixDomainSocketAddress second = (UnixDomainSocketAddress) other.getLocalAddress();
            Files.delete(first.getPath());
            Files.delete(second.getPath());
            return "names differ " + !first.equals(second);
        }
    }

    private static String child() throws Exception {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", "exit 3").inheritIO();
        int variables = builder.environment().size();
        int status = builder.start().waitFor();
        return "status " + status + ", environment left alone " + (builder.environment().size() == variables);
    }

    public static void main(String[] arguments) throws Exception {
        for (Map.Entry<String, Action> action : ACTIONS.entrySet()) {
            System.out.println(action.getKey() + ": " + action.getValue().run());
        }
    }
}
