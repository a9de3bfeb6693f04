package io.ssi.migrate.client;

import io.ssi.core.wire.LinkMessage;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The source's part of a move: freeze, understand the frames, write the image; and undo. One at a time, on one thread. */
final class Departing {
    private static final long RETRY_NANOS = 2_000_000;

    private final Jdk jdk;
    private final AgentPort port;
    private final LambdaRecipes lambdas;
    private final FrameCopies copies;
    private final Names names;
    private final HashBits bits = new HashBits();
    private final ThreadIds threadIds;
    private final LaunchInfo launch;
    private final Rehearsal rehearsal;
    private final BooleanSupplier ordered;
    /** Made at the first prepare: JVMTI answers only then, and no start-up time is spent on it. */
    private volatile Freezer freezer;
    private FailedClasses failedClasses;
    private boolean frozen;
    /** When the last thread stopped. */
    private long lastStop;

    /** @param ordered the daemon's next word has come */
    Departing(Jdk jdk, AgentPort port, LambdaRecipes lambdas, FrameCopies copies, LaunchInfo launch, BooleanSupplier ordered) {
        this.jdk = jdk;
        this.port = port;
        this.lambdas = lambdas;
        this.copies = copies;
        this.launch = launch;
        this.ordered = ordered;
        this.names = new Names(jdk);
        this.rehearsal = new Rehearsal(jdk, names, lambdas);
        this.threadIds = new ThreadIds(jdk);
    }

    /** The freezer, or null before the first prepare. */
    Freezer freezer() {
        return freezer;
    }

    /** Loads and makes what a freeze needs, so that it need not be done while the program stands still. */
    void warmUp() {
        if (freezer == null) {
            failedClasses = jdk.withNativeAccess(FailedClasses::new);
            freezer = new Freezer(jdk, port, copies);
            ProgramClock.now();
        }
    }

    void prepare(long migration) throws IOException {
        warmUp();
        Class<?>[] loaded = port.instrumentation().getAllLoadedClasses();
        names.scan(loaded);
        List<String> classes = new ArrayList<>();
        for (Class<?> type : ofProgram(loaded, true)) {
            classes.add(type.getName());
        }
        try {
            List<String> unexpected = port.unexpected();
            if (!unexpected.isEmpty()) {
                throw new PinnedException(false, unexpected);
            }
            LinkMessage.Prepared prepared = launch.collect(migration, classes, loaded);
            port.send(prepared);
            rehearsal.run(prepared.heapUsed(), false, ordered); // while the target starts its JVM
        } catch (PinnedException e) {
            port.send(new LinkMessage.Cannot(migration, io.ssi.core.error.ErrorCode.PINNED.number(), e.reasons()));
        }
    }

    /** @param connection of the order; if it has broken meanwhile nothing happens */
    void freeze(long migration, int waitMillis, int connection) throws IOException {
        long begun = System.nanoTime();
        if (!port.move().stopping(migration, connection)) {
            return;
        }
        try {
            List<StoppedThread> threads = stop(begun + waitMillis * 1_000_000L);
            long stopped = System.nanoTime();
            Set<Thread> moving = Collections.newSetFromMap(new IdentityHashMap<>());
            for (StoppedThread thread : threads) {
                moving.add(thread.thread);
            }
            ImageOutput out = new ImageOutput(chunk -> port.send(new LinkMessage.ImageChunk(migration, chunk)));
            ImageWriter writer = write(out, threads, moving);
            long written = System.nanoTime();
            if (!writer.pins().isEmpty()) {
                throw new PinnedException(false, writer.pins());
            }
            if (!port.move().frozen()) {
                throw new IOException("the daemon that ordered the move is gone");
            }
            port.send(new LinkMessage.ImageEnd(migration, out.written(), out.crc(), writer.objects(), threads.size(),
                    (lastStop - begun) / 1000, (stopped - lastStop) / 1000, (written - stopped) / 1000));
        } catch (PinnedException e) {
            thaw();
            port.send(new LinkMessage.Cannot(migration, io.ssi.core.error.ErrorCode.PINNED.number(), e.reasons()));
        } catch (IOException | RuntimeException | Error e) {
            thaw();
            throw e;
        }
    }

    /** As a freeze, but the image goes nowhere and the program goes on at once. */
    void explain(long migration, int waitMillis) throws IOException {
        warmUp();
        List<String> pins = launch.pins(port.instrumentation().getAllLoadedClasses());
        pins.addAll(port.unexpected());
        ImageOutput out = new ImageOutput(chunk -> { });
        int objects = 0;
        int threadCount = 0;
        try {
            List<StoppedThread> threads = stop(System.nanoTime() + waitMillis * 1_000_000L);
            Set<Thread> moving = Collections.newSetFromMap(new IdentityHashMap<>());
            for (StoppedThread thread : threads) {
                moving.add(thread.thread);
            }
            ImageWriter writer = write(out, threads, moving);
            pins.addAll(writer.pins());
            objects = writer.objects();
            threadCount = threads.size();
        } catch (PinnedException e) {
            pins.addAll(e.reasons());
        } finally {
            thaw();
        }
        port.send(new LinkMessage.Explained(migration, pins, out.written(), objects, threadCount));
    }

    private List<StoppedThread> stop(long deadline) throws PinnedException {
        PinnedException last = null;
        while (true) {
            List<StoppedThread> threads;
            try {
                threads = freezer.freeze(deadline);
            } catch (PinnedException e) {
                throw last == null ? e : last; // the time is over, and this is what it was waited for
            }
            frozen = true;
            lastStop = System.nanoTime();
            try {
                FrameFilter filter = new FrameFilter(new Positions(port, copies), new Constructors(port), copies, lambdas);
                for (StoppedThread thread : threads) {
                    thread.states = filter.filter(thread.thread, thread.frames);
                }
                return threads;
            } catch (PinnedException e) {
                letGo();
                last = e;
                if (!e.passing() || System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    private ImageWriter write(ImageOutput out, List<StoppedThread> threads, Set<Thread> moving) throws IOException {
        Class<?>[] loaded = port.instrumentation().getAllLoadedClasses();
        names.scan(loaded);
        ImageWriter writer = new ImageWriter(jdk, names, lambdas, out, bits, moving);
        writer.write(ofProgram(loaded, true), failedClasses.of(ofProgram(loaded, false)), threads, port.copyProcess(), threadIds.next());
        return writer;
    }

    /** The program's own classes, either the initialised ones or the others. */
    private static List<Class<?>> ofProgram(Class<?>[] loaded, boolean initialised) {
        List<Class<?>> mine = new ArrayList<>();
        for (Class<?> type : loaded) {
            if (type.getClassLoader() == ClassLoader.getSystemClassLoader() && !type.isArray() && !type.isHidden()
                    && !Proxy.isProxyClass(type) && !type.getName().startsWith("io.ssi.agent.") && Jdk.isInitialised(type) == initialised) {
                mine.add(type);
            }
        }
        return mine;
    }

    /** The daemon says that this move is off. */
    void resume(long migration) {
        if (port.move().isFrozen(migration)) {
            thaw();
        }
    }

    /** The program goes on where it stood; nothing if it is not frozen. */
    void thaw() {
        port.move().running();
        letGo();
    }

    private void letGo() {
        if (frozen) {
            frozen = false;
            freezer.thaw();
        }
    }
}
