package io.ssi.migrate.client;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;

/** Makes the stack trace of an exception that only has what the JVM noted when it was made, as Throwable does when asked for it. */
final class Backtraces {
    private final MethodHandle of;
    private final long backtrace;
    private final long stackTrace;
    private final long depth;
    private final Object unassigned;

    Backtraces(Jdk jdk) {
        of = jdk.statically(StackTraceElement.class, "of", StackTraceElement[].class, Object.class, int.class)
                .asType(MethodType.methodType(Object.class, Object.class, int.class));
        backtrace = Jdk.U.objectFieldOffset(Throwable.class, "backtrace");
        stackTrace = Jdk.U.objectFieldOffset(jdk.field(Throwable.class, "stackTrace"));
        depth = Jdk.U.objectFieldOffset(jdk.field(Throwable.class, "depth"));
        unassigned = jdk.getStatic(Throwable.class, "UNASSIGNED_STACK");
    }

    /** While the program stands still: no lock is taken. */
    void make(Throwable throwable) {
        Object noted = Jdk.U.getReference(throwable, backtrace);
        Object trace = Jdk.U.getReference(throwable, stackTrace);
        if (noted != null && (trace == null || trace == unassigned)) {
            try {
                Jdk.U.putReferenceVolatile(throwable, stackTrace, (Object) of.invokeExact(noted, Jdk.U.getInt(throwable, depth)));
            } catch (Throwable e) {
                throw Jdk.failed("StackTraceElement.of", e);
            }
        }
    }
}
