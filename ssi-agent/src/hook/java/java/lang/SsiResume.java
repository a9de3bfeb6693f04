package java.lang;

import java.util.IdentityHashMap;
import jdk.internal.vm.annotation.Hidden;

/**
 * One frame of a moved thread that has yet to be entered again: a generated {@link Entry} (a copy of the frame's method)
 * takes its values from here, calls {@link #next} where the original had called the frame above it, and goes on behind
 * that call. The statics hold the threads that were prepared, and the gate at which they wait until the move is committed.
 */
public final class SsiResume {
    /** A generated copy of a method that starts in the middle. Its result is boxed; void is null. */
    public interface Entry {
        Object enter(SsiResume frame) throws Throwable;
    }

    /** How often a thread that may not hold its monitor looks whether the gate is open, milliseconds. */
    static final long RECHECK_MILLIS = 5;

    private static final Object GATE = new Object();
    /** Guarded by GATE; written with {@link #waiting}. */
    private static final IdentityHashMap<Thread, SsiResume> bottoms = new IdentityHashMap<>();
    /** Threads prepared and not entered yet; read at every thread start, so zero is the fast path. */
    private static volatile int waiting;
    /** Guarded by GATE. */
    private static int arrived;
    private static volatile boolean open;

    /** Values by slot: a reference in refs or the bits of a primitive in raws. */
    public Object[] localRefs;
    public long[] localRaws;
    public Object[] stackRefs;
    public long[] stackRaws;
    public Entry entry;
    /** The frame above; null in the top frame. */
    public SsiResume callee;
    /** Top frame only: how the hook call goes on, see {@link SsiHook#resumed}. */
    public int kind;
    public Object object;
    public long remainingNanos;

    /** Makes the thread, when started, enter this bottom frame instead of its run method's body. */
    public static void prepare(Thread thread, SsiResume bottom) {
        synchronized (GATE) {
            bottoms.put(thread, bottom);
            waiting = bottoms.size();
        }
    }

    /**
     * At the entry of every run() of a Thread class: true if this thread came here by migration, and has meanwhile run
     * to its end from where it was.
     */
    @Hidden
    public static boolean entering(Object thread) throws Throwable {
        if (waiting == 0 || thread != Thread.currentThread()) {
            return false;
        }
        SsiResume bottom;
        synchronized (GATE) {
            bottom = bottoms.remove(thread);
            waiting = bottoms.size();
        }
        if (bottom == null) {
            return false;
        }
        bottom.enter();
        return true;
    }

    /** Number of threads that stand where they had stopped. */
    public static int awaitArrived(int count, long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        synchronized (GATE) {
            while (arrived < count) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    break;
                }
                GATE.wait(left);
            }
            return arrived;
        }
    }

    /** The move is committed: let all run. */
    public static void open() {
        synchronized (GATE) {
            open = true;
            GATE.notifyAll();
        }
    }

    static boolean isOpen() {
        return open;
    }

    static void arrive() {
        synchronized (GATE) {
            arrived++;
            GATE.notifyAll();
        }
    }

    @Hidden
    static void arriveAndAwaitOpen() throws InterruptedException {
        synchronized (GATE) {
            arrived++;
            GATE.notifyAll();
            boolean interrupted = Thread.interrupted();
            while (!open) {
                GATE.wait();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Hidden
    private Object enter() throws Throwable {
        return entry.enter(this);
    }

    /** Called by a copy in place of the call it stopped in. */
    @Hidden
    public Object next() throws Throwable {
        SsiResume above = callee;
        if (above == null) {
            return SsiHook.resumed(kind, object, remainingNanos);
        }
        callee = null;
        return above.enter();
    }

    // ---- values for the generated code; a two-slot value is in its second slot

    public Object reference(boolean onStack, int slot) {
        return (onStack ? stackRefs : localRefs)[slot];
    }

    public int intValue(boolean onStack, int slot) {
        return (int) (onStack ? stackRaws : localRaws)[slot];
    }

    public float floatValue(boolean onStack, int slot) {
        return Float.intBitsToFloat(intValue(onStack, slot));
    }

    public long longValue(boolean onStack, int slot) {
        return (onStack ? stackRaws : localRaws)[slot + 1];
    }

    public double doubleValue(boolean onStack, int slot) {
        return Double.longBitsToDouble(longValue(onStack, slot));
    }
}
