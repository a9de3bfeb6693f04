package java.lang;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import jdk.internal.misc.Unsafe;
import jdk.internal.vm.annotation.ForceInline;
import jdk.internal.vm.annotation.Hidden;

/**
 * What woven code calls. Lives in java.base so that application and JDK classes alike can link to it; everything else of
 * the agent is out of their sight. Each woven place is one static call; a thread stops for a migration only inside one of
 * these calls, so the frame right below the lowest frame of this class is always at the invoke of one of them.
 */
public final class SsiHook {
    /** Why a thread stopped; travels in the image and tells how the call goes on when the thread is resumed. */
    public static final int POLL = 0;
    public static final int PARK = 1;
    public static final int WAIT = 2;
    public static final int SLEEP = 3;
    public static final int INPUT = 4;
    public static final int MOVE = 5;

    /** How often a thread that asked to be moved looks for the answer, nanoseconds; the answer also unparks it. */
    private static final long ANSWER_NANOS = 100_000_000;

    private static final Unsafe U = Unsafe.getUnsafe();

    /** Looked at by every hook but {@link #poll}, which cannot afford it. */
    private static volatile boolean pending;

    private static volatile Handler handler;

    private SsiHook() {}

    /** The agent's side of the hooks. */
    public abstract static class Handler {
        /**
         * The current thread stops here while a freeze is pending. Returns when the program goes on.
         *
         * @param object WAIT: the monitor, held by the caller; INPUT: the arguments of the read; MOVE: the node; else null
         * @param remainingNanos WAIT, SLEEP: time left; 0 in WAIT means for ever
         * @throws InterruptedException WAIT only
         */
        public abstract void stop(int kind, Object object, long remainingNanos) throws InterruptedException;

        /** A lambda's class was spun from this InnerClassLambdaMetafactory. */
        public abstract void lambda(Object factory, Class<?> proxy);

        /** Number of this process as the program shall see it. */
        public abstract long processId();

        /** The JVM is about to end with this status. */
        public abstract void exiting(int status);

        /** Reads standard input; {@link #STOPPED} if a freeze came first. */
        public abstract int readInput(byte[] to, int offset, int length) throws IOException;

        public abstract int availableInput() throws IOException;

        /** The program reads standard input no more. */
        public abstract void closeInput();

        /** Number of the node this process runs on; 0 without a cluster. */
        public abstract int node();

        /** Asks the daemon to move this process there; the number of the request. */
        public abstract long requestMove(int node);

        /**
         * Whether the request was answered by a refusal.
         *
         * @throws IllegalStateException with the reason if so
         */
        public abstract void throwIfRefused(long request);
    }

    /** Answer of {@link Handler#readInput} that nothing was read because a freeze is pending. */
    public static final int STOPPED = -2;

    /** Once, by the agent. */
    public static void install(Handler one) {
        if (handler != null) {
            throw new IllegalStateException("installed before");
        }
        handler = one;
    }

    public static Handler handler() {
        return handler;
    }

    /** Raised and lowered by the agent only, which then gives poll() its other body. */
    public static void pending(boolean now) {
        pending = now;
    }

    public static boolean isPending() {
        return pending;
    }

    // ---- woven calls

    /**
     * At loop back-edges and behind monitor entries of application classes. Has no code: what is inlined of it is nothing, whereas a field would be read
     * again after each call the JIT cannot see through. For the time of a freeze the agent redefines this class with a body that
     * calls {@link #check}; HotSpot then drops all compiled code that has the empty one inlined, at a safepoint, so that loops
     * without any call come here as well.
     */
    @ForceInline
    @Hidden
    public static void poll() {}

    /** What {@link #poll} does while a freeze is pending. */
    @Hidden
    private static void check() {
        if (pending) {
            stopAt(POLL, null, 0);
        }
    }

    /** In place of Unsafe.park in LockSupport, platform threads. A stop ends it early, as park may at any time. */
    @Hidden
    public static void park(Unsafe unsafe, boolean absolute, long time) {
        unsafe.park(absolute, time);
        if (pending) {
            stopAt(PARK, null, 0);
        }
    }

    /**
     * Before Object.wait0, platform threads. Notes the monitor where a parked thread notes its blocker: the JVM itself cannot
     * tell it once wait0 is compiled.
     *
     * @return the time
     */
    @Hidden
    public static long waiting(Object monitor) {
        LockSupport.setCurrentBlocker(monitor);
        return System.nanoTime();
    }

    /** After Object.wait0 returned normally, platform threads; startedNanos was read before it. */
    @Hidden
    public static void waited(Object monitor, long timeoutMillis, long startedNanos) throws InterruptedException {
        LockSupport.setCurrentBlocker(null);
        if (pending) {
            Handler h = handler;
            if (h != null) {
                long remaining = timeoutMillis == 0 ? 0
                        : Math.max(1, Math.multiplyExact(Math.min(timeoutMillis, Long.MAX_VALUE / 2_000_000), 1_000_000L)
                                - (System.nanoTime() - startedNanos));
                try {
                    h.stop(WAIT, monitor, remaining);
                } catch (InterruptedException e) {
                    throw SsiTraces.thrownBy(new InterruptedException(), Object.class, "wait0");
                }
            }
        }
    }

    /**
     * In place of Thread.sleepNanos0, platform threads. Parks instead, since a parked thread can be woken for a freeze
     * without the interrupt status; an unpark that came meanwhile is given back.
     */
    @Hidden
    public static void sleep(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        boolean permit = false;
        try {
            while (true) {
                if (Thread.interrupted()) {
                    throw SsiTraces.thrownBy(new InterruptedException("sleep interrupted"), Thread.class, "sleepNanos0");
                }
                if (pending) {
                    stopAt(SLEEP, null, Math.max(deadline - System.nanoTime(), 0));
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    if (nanos <= 0) {
                        Thread.yield();
                    }
                    return;
                }
                U.park(false, left);
                permit |= deadline - System.nanoTime() > 0;
            }
        } finally {
            if (permit) {
                U.unpark(Thread.currentThread());
            }
        }
    }

    /** Called by SsiStandardInput. */
    @Hidden
    public static int readInput(byte[] to, int offset, int length) throws IOException {
        while (true) {
            int n = handler.readInput(to, offset, length);
            if (n != STOPPED) {
                return n;
            }
            stopAt(INPUT, new Object[] {to, offset, length}, 0);
        }
    }

    // ---- what io.ssi.Ssi reaches

    /** Returns when this process runs on the node. */
    @Hidden
    public static void moveSelf(int node) {
        Handler h = clustered();
        if (h.node() == node) {
            return;
        }
        long request = h.requestMove(node);
        while (true) {
            h.throwIfRefused(request);
            U.park(false, ANSWER_NANOS);
            if (pending) {
                stopAt(MOVE, node, 0);
            }
        }
    }

    public static int node() {
        return clustered().node();
    }

    public static long vpid() {
        return clustered().processId();
    }

    private static Handler clustered() {
        Handler h = handler;
        if (h == null || h.processId() == 0) {
            throw new IllegalStateException("there is no cluster: the agent of this program has no node daemon");
        }
        return h;
    }

    /** Before InnerClassLambdaMetafactory.spinInnerClass returns; passes the class through. */
    @Hidden
    public static Class<?> lambda(Class<?> proxy, Object factory) {
        Handler h = handler;
        if (h != null) {
            h.lambda(factory, proxy);
        }
        return proxy;
    }

    /** A thread of a moved process goes on from the call it had stopped in; called by its top frame. */
    @Hidden
    static Object resumed(int kind, Object object, long remainingNanos, boolean interrupted) throws Throwable {
        if (kind == WAIT) {
            waitAgain(object, remainingNanos, interrupted);
            return null;
        }
        SsiResume.arriveAndAwaitOpen();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (kind == SLEEP) {
            sleep(remainingNanos);
        } else if (kind == INPUT) {
            Object[] a = (Object[]) object;
            return readInput((byte[]) a[0], (Integer) a[1], (Integer) a[2]);
        } else if (kind == MOVE) {
            moveSelf((Integer) object);
        }
        return null;
    }

    /**
     * Puts a moved thread back into the wait set, which also gives the monitor free for its owner to take. A negative
     * time: it had been notified (or its time was up) and only wants the monitor back; so does one that was interrupted.
     */
    @Hidden
    private static void waitAgain(Object monitor, long remainingNanos, boolean interrupted) throws Throwable {
        SsiResume.arrive();
        if (remainingNanos < 0 || interrupted) {
            while (!SsiResume.mayLeave()) {
                waitOn(monitor, SsiResume.RECHECK_MILLIS);
            }
            SsiResume.leaveAndAwaitOpen();
            if (interrupted && remainingNanos >= 0) {
                throw SsiTraces.thrownBy(new InterruptedException(), Object.class, "wait0");
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return;
        }
        waitOn(monitor, remainingNanos / 1_000_000 + (remainingNanos % 1_000_000 == 0 ? 0 : 1));
        while (!SsiResume.isOpen()) {
            waitOn(monitor, SsiResume.RECHECK_MILLIS);
        }
    }

    /** As Object.wait, whose frame is there already. */
    @Hidden
    private static void waitOn(Object monitor, long millis) throws Throwable {
        long started = waiting(monitor);
        SsiResume.wait0.invokeExact(monitor, millis);
        waited(monitor, millis, started);
    }

    @Hidden
    private static void stopAt(int kind, Object object, long remainingNanos) {
        Handler h = handler;
        if (h != null) {
            try {
                h.stop(kind, object, remainingNanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
