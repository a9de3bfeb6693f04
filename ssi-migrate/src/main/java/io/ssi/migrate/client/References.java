package io.ssi.migrate.client;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import jdk.internal.misc.Unsafe;

/**
 * What the JVM itself does with reference objects, while the program stands still: the collector clears them, a thread of the JDK's puts
 * them into their queues, and another runs the actions of the JDK's common cleaner (java.util.Timer has one, and executors
 * that end by themselves). None of this may happen while the image is written, or a queue would be written without its last
 * entry; what the collector cleared meanwhile is told behind the image. The list of the common cleaner is each JVM's own:
 * what of it is the program's is taken out of one and put into the other.
 *
 * <p>Lock order: Reference.processPendingLock, which is taken here, before anything of the image.
 */
final class References {
    private static final Unsafe U = Unsafe.getUnsafe();
    private static final long QUIET_MILLIS = 2_000;
    private static final long LOOK_MILLIS = 1;

    /** Something that writes. */
    interface Writing {
        void run() throws IOException;
    }

    private final Jdk jdk;
    private final Object lock;
    private final MethodHandle hasPending;
    private final MethodHandle enqueue;
    private final MethodHandle insert;
    private final long queue;
    private final long referent;
    private final Object nullQueue;
    private final Object enqueued;
    private final Class<?> cleanable;
    private final long list;
    private final long node;

    References(Jdk jdk) {
        this.jdk = jdk;
        try {
            lock = jdk.getStatic(Reference.class, "processPendingLock");
            hasPending = jdk.statically(Reference.class, "hasReferencePendingList", boolean.class);
            enqueue = jdk.virtual(Reference.class, "enqueueFromPending", void.class);
            queue = U.objectFieldOffset(jdk.field(Reference.class, "queue"));
            referent = U.objectFieldOffset(jdk.field(Reference.class, "referent"));
            nullQueue = jdk.getStatic(java.lang.ref.ReferenceQueue.class, "NULL_QUEUE");
            enqueued = jdk.getStatic(java.lang.ref.ReferenceQueue.class, "ENQUEUED");
            cleanable = Class.forName("jdk.internal.ref.PhantomCleanable");
            list = U.objectFieldOffset(jdk.field(cleanable, "list"));
            node = U.objectFieldOffset(jdk.field(cleanable, "node"));
            Class<?> lists = Class.forName("jdk.internal.ref.CleanerImpl$CleanableList");
            insert = jdk.virtual(lists, "insert", void.class, cleanable)
                    .asType(java.lang.invoke.MethodType.methodType(void.class, Object.class, Object.class));
        } catch (ClassNotFoundException e) {
            throw Jdk.failed("reference handling", e);
        }
    }

    // ---- at the source

    /** Writes while no reference is put into its queue and the common cleaner rests. */
    void whileQuiet(Writing writing) throws IOException {
        synchronized (lock) {
            awaitQuiet();
            writing.run();
        }
    }

    /** Holding the lock, which is given free while waiting. */
    private void awaitQuiet() {
        long end = System.nanoTime() + QUIET_MILLIS * 1_000_000;
        while ((isPending() || isCleaning()) && System.nanoTime() - end < 0) {
            try {
                lock.wait(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private boolean isPending() {
        try {
            return jdk.getStaticBoolean(Reference.class, "processPendingActive") || (boolean) hasPending.invokeExact();
        } catch (Throwable e) {
            throw Jdk.failed("Reference.hasReferencePendingList", e);
        }
    }

    /** The common cleaner's thread is at work, or has some to do. */
    private boolean isCleaning() {
        Object cleaner = commonCleaner();
        if (cleaner == null || jdk.get(jdk.get(cleaner, "queue"), "head") != null) {
            return cleaner != null;
        }
        for (Thread thread : jdk.allThreads()) {
            if (thread.getName().equals("Common-Cleaner")) {
                return thread.getState() != Thread.State.TIMED_WAITING && thread.getState() != Thread.State.WAITING;
            }
        }
        return false;
    }

    /** The CleanerImpl; null while there is none. */
    private Object commonCleaner() {
        return commonCleaner(jdk);
    }

    static Object commonCleaner(Jdk jdk) {
        try {
            Class<?> factory = Class.forName("jdk.internal.ref.CleanerFactory", false, null);
            return Jdk.isInitialised(factory) ? jdk.get(jdk.getStatic(factory, "commonCleaner"), "impl") : null;
        } catch (ClassNotFoundException e) {
            throw Jdk.failed("CleanerFactory", e);
        }
    }

    /** Actions of the common cleaner that are the program's: their objects may be reachable from nowhere else. */
    List<Object> ofProgram() {
        List<Object> mine = new ArrayList<>();
        Object cleaner = commonCleaner();
        if (cleaner == null) {
            return mine;
        }
        Object all = jdk.get(cleaner, "activeList");
        synchronized (all) {
            for (Object at = jdk.get(all, "head"); at != null; at = jdk.get(at, "next")) {
                for (Object each : (Object[]) jdk.get(at, "arr")) {
                    if (each != null && each.getClass().getSimpleName().equals("PhantomCleanableRef")
                            && isOfProgram(jdk.get(each, "action").getClass().getName())) {
                        mine.add(each);
                    }
                }
            }
        }
        return mine;
    }

    private static boolean isOfProgram(String action) {
        return action.startsWith("java.util.Timer$") || action.startsWith("java.util.concurrent.");
    }

    /** Registered with the common cleaner. */
    boolean isRegistered(Object object) {
        return isOfCommonCleaner(object) && U.getReference(object, node) != null;
    }

    boolean isOfCommonCleaner(Object object) {
        if (!cleanable.isInstance(object)) {
            return false;
        }
        Object cleaner = commonCleaner();
        return cleaner != null && U.getReference(object, list) == jdk.get(cleaner, "activeList");
    }

    /** Will be put into its queue when the collector clears it. */
    boolean isActive(Object object) {
        if (!(object instanceof Reference)) {
            return false;
        }
        Object of = U.getReferenceVolatile(object, queue);
        return of != nullQueue && of != enqueued;
    }

    /** Those that were put into their queues since the writing ended. */
    List<Integer> enqueuedSince(ObjectNumbers numbers, List<Integer> active) {
        if (!active.isEmpty()) {
            synchronized (lock) {
                awaitQuiet();
            }
        }
        List<Integer> late = new ArrayList<>();
        for (int number : active) {
            if (U.getReferenceVolatile(numbers.object(number), queue) == enqueued) {
                late.add(number);
            }
        }
        return late;
    }

    // ---- at the target

    void register(Object object) {
        try {
            insert.invokeExact(jdk.get(commonCleaner(), "activeList"), object);
        } catch (Throwable e) {
            throw Jdk.failed("CleanableList.insert", e);
        }
    }

    void enqueue(Object object) {
        U.putReference(object, referent, null);
        try {
            enqueue.invoke(object);
        } catch (Throwable e) {
            throw Jdk.failed("Reference.enqueueFromPending", e);
        }
    }
}
