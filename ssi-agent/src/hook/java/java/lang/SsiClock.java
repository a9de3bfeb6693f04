package java.lang;

import jdk.internal.vm.annotation.ForceInline;

/** The clock behind System.nanoTime, which each host counts from a moment of its own. */
public final class SsiClock {
    /** From this host's clock to the program's; changes only while the program stands still. */
    private static long offset;

    private SsiClock() {}

    /** In place of System.nanoTime in a JVM that a process moved into. */
    @ForceInline
    public static long nanoTime() {
        return System.nanoTime() + offset;
    }

    /** @return nanoseconds */
    public static long offset() {
        return offset;
    }

    /** @param nanos offset from now on */
    public static void offset(long nanos) {
        offset = nanos;
    }
}
