package io.ssi.migrate.client;

/**
 * The counter behind Thread.threadId(). Moved threads keep their numbers, and HotSpot tells monitor owners apart by them, so
 * the landing JVM's own threads must be numbered elsewhere.
 */
public final class ThreadIds {
    /** Where a landing JVM's own threads are numbered from. */
    private static final long OWN_FIRST = 1L << 40;

    private final long address;

    ThreadIds(Jdk jdk) {
        try {
            Class<?> counter = Class.forName("java.lang.Thread$ThreadIdentifiers");
            var field = jdk.field(counter, "NEXT_TID_OFFSET");
            Jdk.U.ensureClassInitialized(counter);
            address = Jdk.U.getLong(Jdk.U.staticFieldBase(field), Jdk.U.staticFieldOffset(field));
        } catch (ClassNotFoundException e) {
            throw Jdk.failed("Thread.ThreadIdentifiers", e);
        }
    }

    /** First thing in a landing JVM, before any thread of the agent's is made. */
    public static void moveAway(java.lang.invoke.MethodHandles.Lookup trusted) {
        new ThreadIds(new Jdk(trusted)).next(OWN_FIRST);
    }

    long next() {
        return Jdk.U.getLongVolatile(null, address);
    }

    void next(long value) {
        Jdk.U.putLongVolatile(null, address, value);
    }
}
