package io.ssi.migrate.client;

import io.ssi.core.wire.LinkMessage;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The landing JVM's part of a move: load classes, build the image, enter every frame, wait for Go. */
final class Landing {
    /** Chunks read ahead of the builder; with 256 KiB each this bounds the memory beside the heap being built. */
    private static final int CHUNKS_AHEAD = 32;
    /** A thread that has not come to its gate by then cannot be entered, milliseconds. */
    private static final long ENTER_MILLIS = 10_000;
    private static final long LOOK_MILLIS = 100;
    private static final byte[] END = new byte[0];
    private static final int COLLECTIONS_MAX = 5;
    /** A heap that finds room as it is. */
    private static final long SMALL_HEAP = 8 << 20;
    private static final long GARBAGE_MAX = 256 << 20;
    private static final int PIECE = 32 << 10;
    /** Keeps the allocation from being optimised away. */
    private static volatile Object garbage;
    /** Thread.PRIMORDIAL_TID. */
    private static final long PRIMORDIAL = 3;

    private final Jdk jdk;
    private final AgentPort port;
    private final LaunchInfo launch;
    private final LambdaRecipes lambdas;
    private final FrameCopies copies;
    private final Names names;
    private final Set<String> initialised = ConcurrentHashMap.newKeySet();
    private final Set<String> failed = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(CHUNKS_AHEAD);
    private volatile long expectedCrc;
    /** How long the image was written. */
    private volatile long writeNanos;
    /** Nobody takes chunks any more. */
    private volatile boolean buildOver;
    /** When the last byte of the image had come. */
    private volatile long completeNanos;
    /** The program's main thread; null if that had ended. */
    private Thread main;
    private List<StoppedThread> threads = List.of();
    private long nextThreadId;
    private MethodAdding adding;
    private final ThreadIds threadIds;

    Landing(Jdk jdk, AgentPort port, LambdaRecipes lambdas, FrameCopies copies, LaunchInfo launch) {
        this.jdk = jdk;
        this.launch = launch;
        this.port = port;
        this.lambdas = lambdas;
        this.copies = copies;
        this.names = new Names(jdk);
        this.threadIds = new ThreadIds(jdk);
    }

    boolean isInitialised(String internalName) {
        return initialised.contains(internalName);
    }

    boolean hasFailed(String internalName) {
        return failed.contains(internalName);
    }

    /** Loads what the program had initialised; nothing of it runs. */
    void load(List<String> classPath, List<String> classes, long heapUsed) {
        launch.landed(classPath);
        JvmVariables.putBack(jdk);
        adding = jdk.withNativeAccess(MethodAdding::new);
        for (String name : classes) {
            initialised.add(name.replace('.', '/'));
        }
        for (String name : classes) {
            try {
                Class.forName(name, false, ClassLoader.getSystemClassLoader());
            } catch (ClassNotFoundException | LinkageError e) {
                initialised.remove(name.replace('.', '/')); // the image will tell whether it is missed
            }
        }
        makeRoom(heapUsed);
        Rehearsal rehearsal = new Rehearsal(jdk, names, lambdas);
        rehearsal.frame(new FrameCopier(jdk, port, new FrameCopies(), adding));
        rehearsal.run(heapUsed, true, () -> false);
    }

    /**
     * A collector like G1 starts with little room for new objects and gives more when collections proved to be short. All that an image
     * brings stays alive: collected in small portions it would be copied a dozen times over. So some garbage comes first, until the
     * room is as large as the heap that comes, or the collector will not give more.
     */
    private static void makeRoom(long heapUsed) {
        long wanted = Math.min(heapUsed, GARBAGE_MAX);
        long room = SMALL_HEAP;
        for (int i = 0; i < COLLECTIONS_MAX && room < wanted; i++) {
            WeakReference<Object> probe = new WeakReference<>(new Object());
            for (room = 0; room < wanted && !probe.refersTo(null); room += PIECE) {
                garbage = new byte[PIECE];
            }
        }
        garbage = null;
    }

    /** On the link's reader thread: blocks while the builder is behind, which holds the sender back. */
    void chunk(byte[] bytes) throws InterruptedException {
        while (!buildOver && !chunks.offer(bytes, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            // The builder is behind, or has just failed.
        }
    }

    void end(long crc32c, long writeMicros) throws InterruptedException {
        expectedCrc = crc32c;
        writeNanos = writeMicros * 1000;
        completeNanos = System.nanoTime();
        chunk(END);
    }

    /** After {@link #build}: how long the program waited for it; what was built while the image still came is not counted. */
    long buildMicros() {
        return (System.nanoTime() - completeNanos) / 1000;
    }

    /** Builds the heap and brings each thread to where it had stopped. */
    void build() throws IOException, ReflectiveOperationException, InterruptedException {
        try {
            buildAll();
        } finally {
            buildOver = true;
        }
    }

    private void buildAll() throws IOException, ReflectiveOperationException, InterruptedException {
        ImageInput in = new ImageInput(this::next);
        ImageReader reader = new ImageReader(jdk, names, lambdas, in, new HashBits(), this::willBeInitialised);
        reader.read();
        if (in.end() != expectedCrc) {
            throw new IOException("the image was damaged on its way: its checksum is wrong");
        }
        port.restoreProcess(reader.process());
        reader.clock().goOn(writeNanos + System.nanoTime() - completeNanos);
        nextThreadId = reader.nextThreadId();
        threads = inOrderOfEntry(reader.threads());
        FrameCopier copier = new FrameCopier(jdk, port, copies, adding);
        for (StoppedThread thread : threads) {
            for (FrameState state : thread.states) {
                copier.make(state);
            }
        }
        copier.define();
        int started = 0;
        Stacks stacks = new Stacks(jdk);
        for (StoppedThread thread : threads) {
            SsiResume.prepare(thread.thread, enter(copier, thread));
        }
        for (StoppedThread thread : threads) {
            if (thread.thread.threadId() == PRIMORDIAL) {
                main = thread.thread;
            }
            stacks.start(thread);
            started++;
            // Threads without monitors come in any order.
            if ((takesMonitors(thread) || started == threads.size()) && SsiResume.awaitArrived(started, ENTER_MILLIS) < started) {
                throw new IOException("thread \"" + thread.thread.getName() + "\" did not come back to where it had stopped; it is at "
                        + java.util.Arrays.toString(thread.thread.getStackTrace()));
            }
        }
    }

    private static boolean takesMonitors(StoppedThread thread) {
        return thread.kind == SsiHook.WAIT || thread.states.stream().anyMatch(frame -> frame.values().monitors().length > 0);
    }

    private byte[] next() throws IOException {
        try {
            byte[] chunk = chunks.take();
            return chunk == END ? null : chunk;
        } catch (InterruptedException e) {
            throw new IOException("interrupted while the image was coming", e);
        }
    }

    /** A class that the source initialised after the prepare: its initialiser must not run here either. */
    private void willBeInitialised(List<String> classNames, List<String> failedNames) throws ReflectiveOperationException {
        Set<String> late = new HashSet<>(failedNames);
        for (String name : failedNames) {
            failed.add(name.replace('.', '/'));
        }
        for (String name : classNames) {
            if (initialised.add(name.replace('.', '/'))) {
                late.add(name);
            }
        }
        if (late.isEmpty()) {
            return;
        }
        List<Class<?>> again = new ArrayList<>();
        for (Class<?> type : port.instrumentation().getAllLoadedClasses()) {
            if (late.contains(type.getName()) && type.getClassLoader() == ClassLoader.getSystemClassLoader()) {
                again.add(type);
            }
        }
        if (!again.isEmpty()) {
            try {
                port.instrumentation().retransformClasses(again.toArray(Class<?>[]::new));
            } catch (java.lang.instrument.UnmodifiableClassException e) {
                throw new ReflectiveOperationException("initialiser of " + again, e);
            }
        }
    }

    private static SsiResume enter(FrameCopier copier, StoppedThread thread) {
        SsiResume above = null;
        for (FrameState state : thread.states) {
            SsiResume frame = new SsiResume();
            RawFrame values = state.values();
            frame.localRefs = values.localRefs();
            frame.localRaws = values.localRaws();
            frame.stackRefs = values.stackRefs();
            frame.stackRaws = values.stackRaws();
            frame.monitors = values.monitors();
            frame.entry = copier.entry(state);
            frame.callee = above;
            if (above == null) {
                frame.kind = thread.kind;
                frame.object = thread.object;
                frame.remainingNanos = thread.remainingNanos;
                frame.interrupted = thread.interrupted;
            }
            above = frame;
        }
        return above;
    }

    /** A thread that waits on a monitor enters before the one that holds it: it needs the monitor for a moment to wait again. */
    private static List<StoppedThread> inOrderOfEntry(List<StoppedThread> threads) {
        List<StoppedThread> left = new ArrayList<>(threads);
        List<StoppedThread> order = new ArrayList<>(threads.size());
        while (!left.isEmpty()) {
            StoppedThread next = left.get(0);
            for (StoppedThread candidate : left) {
                if (!isAwaited(candidate, left)) {
                    next = candidate;
                    break;
                }
            }
            left.remove(next);
            order.add(next);
        }
        return order;
    }

    private static boolean isAwaited(StoppedThread owner, List<StoppedThread> others) {
        Set<Object> held = Collections.newSetFromMap(new IdentityHashMap<>());
        for (FrameState frame : owner.states) {
            Collections.addAll(held, frame.values().monitors());
        }
        if (owner.kind == SsiHook.WAIT) {
            held.remove(owner.object);
        }
        if (held.isEmpty()) {
            return false;
        }
        for (StoppedThread other : others) {
            if (other != owner && other.kind == SsiHook.WAIT && held.contains(other.object)) {
                return true;
            }
        }
        return false;
    }

    /** Committed: the program runs here from now on. */
    void go() {
        SsiResume.letNotifiedLeave();
        for (StoppedThread thread : threads) {
            if (thread.kind == SsiHook.WAIT && (thread.remainingNanos < 0 || thread.interrupted)) {
                while (!SsiResume.hasLeft(thread.thread)) {
                    LockSupport.parkNanos(100_000);
                }
            }
        }
        threadIds.next(Math.max(nextThreadId, 0));
        SsiProcess.started(main);
        SsiResume.open();
        threads = List.of();
    }
}
