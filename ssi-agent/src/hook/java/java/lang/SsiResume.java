package java.lang;

import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import jdk.internal.misc.Unsafe;
import jdk.internal.vm.annotation.Hidden;

/**
 * One frame of a moved thread that has yet to be entered again: a generated copy of the frame's method takes its values from here,
 * calls {@link #next} where the original had called the frame above it, and goes on behind
 * that call. The statics hold the threads that were prepared, and the gate at which they wait until the move is committed.
 */
public final class SsiResume {
    /** How often a thread that may not hold its monitor looks whether the gate is open, milliseconds. */
    static final long RECHECK_MILLIS = 5;

    private static final Unsafe U = Unsafe.getUnsafe();
    private static final Object GATE = new Object();
    /** Guarded by GATE; written with {@link #waiting}. */
    private static final IdentityHashMap<Thread, SsiResume> bottoms = new IdentityHashMap<>();
    /** Threads prepared and not entered yet; read at every thread start, so zero is the fast path. */
    private static volatile int waiting;
    /** Guarded by GATE. */
    private static int arrived;
    private static volatile boolean open;
    private static volatile boolean mayLeave;
    /** Guarded by GATE. */
    private static final IdentityHashMap<Thread, Boolean> left = new IdentityHashMap<>();
    /** By class and name of a copied method: descriptor of its original. Replaced, never changed. */
    private static volatile Map<Class<?>, Map<String, String>> descriptors = Map.of();
    /** Object.wait0. */
    static MethodHandle wait0;

    /** Values by slot: a reference in refs or the bits of a primitive in raws. */
    public Object[] localRefs;
    public long[] localRaws;
    public Object[] stackRefs;
    public long[] stackRaws;
    public Object[] monitors;
    /** Copy of the frame's method that starts in the middle: takes this, gives the result boxed, or null for void. */
    public MethodHandle entry;
    /** The frame above; null in the top frame. */
    public SsiResume callee;
    /** Top frame only: how the hook call goes on, see {@link SsiHook#resumed}. */
    public int kind;
    public Object object;
    public long remainingNanos;
    /** Top frame only: the interrupt status the thread shall have. */
    public boolean interrupted;

    /** Makes the thread, when started, enter this bottom frame instead of its run method's body. */
    public static void prepare(Thread thread, SsiResume bottom) {
        synchronized (GATE) {
            bottoms.put(thread, bottom);
            waiting = bottoms.size();
        }
    }

    static boolean areWaiting() {
        return waiting != 0;
    }

    /** False if the thread did not come here by migration. */
    @Hidden
    static boolean enter(Thread thread) throws Throwable {
        SsiResume bottom;
        synchronized (GATE) {
            bottom = bottoms.remove(thread);
            waiting = bottoms.size();
        }
        if (bottom == null) {
            return false;
        }
        Object ignored = (Object) bottom.entry.invokeExact(bottom);
        return true;
    }

    /**
     * Copies that can be entered in this JVM.
     *
     * @param objectWait0 handle of Object.wait0
     */
    public static void copied(Map<Class<?>, Map<String, String>> descriptorsByName, MethodHandle objectWait0) {
        descriptors = new HashMap<>(descriptorsByName);
        wait0 = objectWait0;
    }

    static String descriptor(Class<?> type, String copy) {
        Map<String, String> ofType = descriptors.get(type);
        return ofType == null ? null : ofType.get(copy);
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

    /**
     * First step of going on: threads that had been notified get out of the wait sets in which they stood aside, so that no
     * notify of the program can be spent on them.
     */
    public static void letNotifiedLeave() {
        mayLeave = true;
    }

    /** True when this thread has left, or is about to and only wants its monitor. */
    public static boolean hasLeft(Thread thread) {
        synchronized (GATE) {
            return left.containsKey(thread) || !thread.isAlive() || thread.getState() == Thread.State.BLOCKED;
        }
    }

    /** Second step: let all run. */
    public static void open() {
        synchronized (GATE) {
            open = true;
            left.clear();
            GATE.notifyAll();
        }
    }

    static boolean mayLeave() {
        return mayLeave;
    }

    @Hidden
    static void leaveAndAwaitOpen() throws InterruptedException {
        synchronized (GATE) {
            left.put(Thread.currentThread(), true);
            while (!open) {
                GATE.wait();
            }
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

    /** Called by a copy in place of the call it stopped in. The values are its own by now. */
    @Hidden
    public Object next() throws Throwable {
        localRefs = null;
        stackRefs = null;
        monitors = null;
        SsiResume above = callee;
        if (above == null) {
            Object of = object;
            object = null;
            return SsiHook.resumed(kind, of, remainingNanos, interrupted);
        }
        callee = null;
        return (Object) above.entry.invokeExact(above);
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

    public Object monitor(int index) {
        return monitors[index];
    }

    // ---- results of the frame above, boxed; a proxy between the two may widen

    public static int intResult(Object boxed) {
        return boxed instanceof Character c ? c : ((Number) boxed).intValue();
    }

    public static long longResult(Object boxed) {
        return boxed instanceof Character c ? c : ((Number) boxed).longValue();
    }

    public static float floatResult(Object boxed) {
        return boxed instanceof Character c ? c : ((Number) boxed).floatValue();
    }

    public static double doubleResult(Object boxed) {
        return boxed instanceof Character c ? c : ((Number) boxed).doubleValue();
    }

    public static short shortResult(Object boxed) {
        return ((Number) boxed).shortValue();
    }

    public static byte byteResult(Object boxed) {
        return (Byte) boxed;
    }

    public static char charResult(Object boxed) {
        return (Character) boxed;
    }

    public static boolean booleanResult(Object boxed) {
        return (Boolean) boxed;
    }

    // ---- writes of final fields in a resumed constructor

    public static void putFinal(Object object, Object value, long offset) {
        U.putReference(object, offset, value);
    }

    public static void putFinal(Object object, int value, long offset) {
        U.putInt(object, offset, value);
    }

    public static void putFinal(Object object, long value, long offset) {
        U.putLong(object, offset, value);
    }

    public static void putFinal(Object object, float value, long offset) {
        U.putFloat(object, offset, value);
    }

    public static void putFinal(Object object, double value, long offset) {
        U.putDouble(object, offset, value);
    }

    public static void putFinal(Object object, short value, long offset) {
        U.putShort(object, offset, value);
    }

    public static void putFinal(Object object, byte value, long offset) {
        U.putByte(object, offset, value);
    }

    public static void putFinal(Object object, char value, long offset) {
        U.putChar(object, offset, value);
    }

    public static void putFinal(Object object, boolean value, long offset) {
        U.putBoolean(object, offset, value);
    }
}
