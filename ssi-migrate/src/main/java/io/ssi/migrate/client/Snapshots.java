package io.ssi.migrate.client;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.concurrent.locks.LockSupport;

/**
 * What another thread waits for or is blocked on, by jdk.internal.vm.ThreadSnapshot; or, since that knows no monitor once
 * Object.wait0 is compiled, by the note that SsiHook makes before it.
 */
final class Snapshots {
    /**
     * What a blocked thread wants, and the method it is in.
     *
     * @param isInWait it is in Object.wait, and only wants its monitor back
     */
    record Blocked(Object monitor, Class<?> type, String method, boolean isInWait) {}

    private final MethodHandle of;
    private final MethodHandle waitingOn;
    private final MethodHandle blockedOn;
    private final MethodHandle stackTrace;
    private final long declaringClass;

    Snapshots(Jdk jdk) {
        try {
            Class<?> snapshot = Class.forName("jdk.internal.vm.ThreadSnapshot");
            MethodType getter = MethodType.methodType(Object.class, Object.class);
            of = jdk.statically(snapshot, "of", snapshot, Thread.class).asType(MethodType.methodType(Object.class, Thread.class));
            waitingOn = jdk.virtual(snapshot, "waitingOn", Object.class).asType(getter);
            blockedOn = jdk.virtual(snapshot, "blockedOn", Object.class).asType(getter);
            stackTrace = jdk.virtual(Thread.class, "getStackTrace0", Object.class);
            declaringClass = Jdk.U.objectFieldOffset(jdk.field(StackTraceElement.class, "declaringClassObject"));
        } catch (ClassNotFoundException e) {
            throw Jdk.failed("ThreadSnapshot", e);
        }
    }

    /** The object whose wait set the thread is in; null if it is in none. */
    Object waitingOn(Thread thread) {
        Object monitor = ask(waitingOn, snapshot(thread));
        Thread.State state = thread.getState();
        return monitor == null && (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING) && isInWait(thread)
                ? LockSupport.getBlocker(thread) : monitor;
    }

    private static boolean isInWait(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0 && isWait(stack[0]);
    }

    private static boolean isWait(StackTraceElement top) {
        return top.getMethodName().equals("wait0") && top.getClassName().equals("java.lang.Object");
    }

    /** What the thread is blocked on; null if it is not, or no longer. */
    Blocked blocked(Thread thread) {
        Object monitor = ask(blockedOn, snapshot(thread));
        StackTraceElement top = top(thread);
        if (top == null || thread.getState() != Thread.State.BLOCKED) {
            return null;
        }
        if (monitor == null && isWait(top)) {
            monitor = LockSupport.getBlocker(thread);
        }
        return monitor == null ? null
                : new Blocked(monitor, (Class<?>) Jdk.U.getReference(top, declaringClass), top.getMethodName(), isWait(top));
    }

    /** As the JVM made it, still with its class. */
    private StackTraceElement top(Thread thread) {
        try {
            Object raw = (Object) stackTrace.invokeExact(thread);
            Object[] stack = (Object[]) raw;
            return stack == null || stack.length == 0 ? null : (StackTraceElement) stack[0];
        } catch (Throwable e) {
            throw Jdk.failed("Thread.getStackTrace0", e);
        }
    }

    private Object snapshot(Thread thread) {
        try {
            return (Object) of.invokeExact(thread);
        } catch (Throwable e) {
            throw Jdk.failed("ThreadSnapshot", e);
        }
    }

    private static Object ask(MethodHandle question, Object snapshot) {
        try {
            return snapshot == null ? null : (Object) question.invokeExact(snapshot);
        } catch (IllegalStateException e) {
            return null; // it is not in such a state, or no longer
        } catch (Throwable e) {
            throw Jdk.failed("ThreadSnapshot", e);
        }
    }
}
