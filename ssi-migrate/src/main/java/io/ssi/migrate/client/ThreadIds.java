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

    /**
     * First thing in a landing JVM, before any thread of the agent's is made. The first thread has its number from the JVM, and keeps it as
     * an owner of monitors; whoever asks for that number, as java.lang.management does, shall find the program's main thread.
     */
    public static void moveAway(java.lang.invoke.MethodHandles.Lookup trusted) {
        Jdk jdk = new Jdk(trusted);
        Jdk.U.putLong(Thread.currentThread(), Jdk.U.objectFieldOffset(jdk.field(Thread.class, "tid")), OWN_FIRST);
        new ThreadIds(jdk).next(OWN_FIRST + 1);
    }

    long next() {
        return Jdk.U.getLongVolatile(null, address);
    }

    void next(long value) {
        Jdk.U.putLongVolatile(null, address, value);
    }
}
