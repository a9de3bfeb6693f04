package java.lang;

import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.Map;
import jdk.internal.misc.Unsafe;
import jdk.internal.reflect.Reflection;

/**
 * Lets stack traces, stack walks and reflection read as if no thread had been moved. A frame that was entered again runs a copy of
 * its method, in the same class, with the same lines, whose name is that of the method with a mark behind it.
 */
public final class SsiTraces {
    /** Ends the name of the copied method; of letters that class files before Java 5 allow. Digits follow. */
    public static final String MARK = "$ssi$";

    /** Name of the first thread of a landing JVM. */
    public static final String LANDING = "ssi-landing";

    private static final Unsafe U = Unsafe.getUnsafe();
    /** Start of the names of the classes that hooks and the entry of frames run in. */
    private static final String OWN = "java.lang.Ssi";
    private static final String ENTRY = "java.lang.SsiEntry";
    private static final String HANDLES = "java.lang.invoke.";
    private static final StackTraceElement[] NONE = {};

    private SsiTraces() {}

    /** The name of the method that this one is a copy of; any other name is its own. A copied constructor has none but the mark. */
    public static String original(String method) {
        int mark = method.indexOf(MARK);
        return mark < 0 ? method : mark == 0 ? "<init>" : method.substring(0, mark).intern();
    }

    /** In the result of StackTraceElement.of, and where traces come from the JVM directly; null stays null. */
    public static StackTraceElement[] trace(StackTraceElement[] trace) {
        if (trace == null) {
            return null;
        }
        return trace(trace, null);
    }

    /**
     * In the JVM's own lists of all threads hidden frames are shown.
     *
     * @param places for each frame where it has come to; null if nobody asks
     */
    private static StackTraceElement[] trace(StackTraceElement[] trace, int[] places) {
        int n = 0;
        for (int i = 0; i < trace.length && !trace[i].getClassName().equals(ENTRY); i++) {
            if (isOwn(trace[i].getClassName())) {
                while (n > 0 && isCalledByOwn(trace[n - 1])) {
                    n--;
                }
            } else {
                if (places != null) {
                    places[i] = n;
                }
                trace[n++] = element(trace[i]);
            }
        }
        if (n == trace.length) {
            return trace;
        }
        StackTraceElement[] cut = n == 0 ? NONE : new StackTraceElement[n];
        System.arraycopy(trace, 0, cut, 0, n);
        return cut;
    }

    /** A thread that was waiting when a freeze was undone waits on inside the agent. */
    private static boolean isOwn(String type) {
        return type.startsWith(OWN) || type.startsWith("io.ssi.migrate.client.") || type.startsWith("io.ssi.agent.");
    }

    /** Lies above a frame of the agent's, and was not there before. */
    private static boolean isCalledByOwn(StackTraceElement frame) {
        return frame.getClassName().startsWith(HANDLES) || frame.getClassName().equals("java.lang.Object") && frame.getMethodName().equals("wait");
    }

    /** A java.lang.management.ThreadInfo was made: its monitors name frames of its trace by number. */
    public static void info(Object info) {
        long traceAt = U.objectFieldOffset(info.getClass(), "stackTrace");
        StackTraceElement[] trace = (StackTraceElement[]) U.getReference(info, traceAt);
        int[] places = new int[trace.length];
        U.putReference(info, traceAt, trace(trace, places));
        Object[] monitors = (Object[]) U.getReference(info, U.objectFieldOffset(info.getClass(), "lockedMonitors"));
        for (Object monitor : monitors) {
            long depthAt = U.objectFieldOffset(monitor.getClass(), "stackDepth");
            int depth = U.getInt(monitor, depthAt);
            if (depth >= 0) {
                U.putInt(monitor, depthAt, places[depth]);
            }
        }
    }

    public static StackTraceElement element(StackTraceElement element) {
        String name = element.getMethodName();
        if (name != null && name.contains(MARK)) {
            U.putReference(element, U.objectFieldOffset(StackTraceElement.class, "methodName"), original(name));
        }
        return element;
    }

    /** Without the agent's threads: one that is kept could not move with the program. */
    public static Map<Thread, StackTraceElement[]> traces(Map<Thread, StackTraceElement[]> all) {
        SsiHook.Handler handler = SsiHook.handler();
        ClassLoader own = handler == null ? null : handler.getClass().getClassLoader();
        Iterator<Map.Entry<Thread, StackTraceElement[]>> entries = all.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<Thread, StackTraceElement[]> entry = entries.next();
            Thread thread = entry.getKey();
            if (own != null && thread.getClass().getClassLoader() == own || thread.getName().equals(LANDING)) {
                entries.remove();
            } else {
                entry.setValue(trace(entry.getValue()));
            }
        }
        return all;
    }

    /** The type of the frame's original method. */
    static MethodType type(MethodType type, StackFrameInfo frame) {
        String name = (String) U.getReference(frame, U.objectFieldOffset(StackFrameInfo.class, "name"));
        if (name == null || !name.contains(MARK)) {
            return type;
        }
        String descriptor = SsiResume.descriptor(frame.declaringClass(), name);
        return descriptor == null ? type : MethodType.fromMethodDescriptorString(descriptor, frame.declaringClass().getClassLoader());
    }

    /** A batch of frames was read for a StackWalker: what was not there before the move is not in it. */
    static void cut(StackStreamFactory.FrameBuffer<?> batch) {
        for (int i = batch.startIndex(); i < batch.fence; i++) {
            if (batch.at(i) == SsiEntry.class) {
                batch.fence = i;
                batch.origin = Math.min(batch.origin, i);
                return;
            }
        }
    }

    /** In place of Reflection.filterMethods in Class: copies are not shown. */
    public static Method[] methods(Class<?> type, Method[] methods) {
        int n = 0;
        for (Method method : methods) {
            if (!method.getName().contains(MARK)) {
                n++;
            }
        }
        if (n == methods.length) {
            return Reflection.filterMethods(type, methods);
        }
        Method[] own = new Method[n];
        n = 0;
        for (Method method : methods) {
            if (!method.getName().contains(MARK)) {
                own[n++] = method;
            }
        }
        return Reflection.filterMethods(type, own);
    }

    /** An exception as the native method would throw it that a hook stands for: its frame is on top of the trace. */
    static <T extends Throwable> T thrownBy(T exception, Class<?> owner, String method) {
        StackTraceElement top = new StackTraceElement(null, "java.base", null, owner.getName(), method,
                owner.getSimpleName() + ".java", -2);
        StackTraceElement[] below = exception.getStackTrace();
        if (below.length > 0) {
            // How a frame of the JDK's own is shown; one that calls the hook always lies below.
            long format = U.objectFieldOffset(StackTraceElement.class, "format");
            U.putByte(top, format, U.getByte(below[0], format));
        }
        StackTraceElement[] trace = new StackTraceElement[below.length + 1];
        trace[0] = top;
        System.arraycopy(below, 0, trace, 1, below.length);
        exception.setStackTrace(trace);
        return exception;
    }
}
