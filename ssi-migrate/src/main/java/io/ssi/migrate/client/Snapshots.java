package io.ssi.migrate.client;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.concurrent.locks.LockSupport;

/**
 * What another thread waits for or is blocked on, by jdk.internal.vm.ThreadSnapshot; or, since that knows no monitor once
 * Object.wait0 is compiled, by the note that SsiHook makes before it.
 */
final class Snapshots {
    private final MethodHandle of;
    private final MethodHandle waitingOn;
    private final MethodHandle blockedOn;

    Snapshots(Jdk jdk) {
        try {
            Class<?> snapshot = Class.forName("jdk.internal.vm.ThreadSnapshot");
            MethodType getter = MethodType.methodType(Object.class, Object.class);
            of = jdk.statically(snapshot, "of", snapshot, Thread.class).asType(MethodType.methodType(Object.class, Thread.class));
            waitingOn = jdk.virtual(snapshot, "waitingOn", Object.class).asType(getter);
            blockedOn = jdk.virtual(snapshot, "blockedOn", Object.class).asType(getter);
        } catch (ClassNotFoundException e) {
            throw Jdk.failed("ThreadSnapshot", e);
        }
    }

    /** The object whose wait set the thread is in; null if it is in none. */
    Object waitingOn(Thread thread) {
        Object monitor = ask(waitingOn, thread);
        Thread.State state = thread.getState();
        return monitor == null && (state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING) && isInWait(thread)
                ? LockSupport.getBlocker(thread) : monitor;
    }

    /** The object whose monitor the thread wants (entering it, or leaving its wait set); null if none. */
    Object blockedOn(Thread thread) {
        Object monitor = ask(blockedOn, thread);
        return monitor == null && thread.getState() == Thread.State.BLOCKED && isInWait(thread)
                ? LockSupport.getBlocker(thread) : monitor;
    }

    private Object ask(MethodHandle question, Thread thread) {
        try {
            Object snapshot = (Object) of.invokeExact(thread);
            return snapshot == null ? null : (Object) question.invokeExact(snapshot);
        } catch (IllegalStateException e) {
            return null; // it is not in such a state, or no longer
        } catch (Throwable e) {
            throw Jdk.failed("ThreadSnapshot", e);
        }
    }

    /** The thread is in Object.wait; one that is blocked there wants its monitor back. */
    boolean isInWait(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0 && stack[0].getMethodName().equals("wait0") && stack[0].getClassName().equals("java.lang.Object");
    }

    int contenders(Object monitor, Thread[] threads) {
        int n = 0;
        for (Thread thread : threads) {
            if (thread.getState() == Thread.State.BLOCKED && blockedOn(thread) == monitor) {
                n++;
            }
        }
        return n;
    }
}
