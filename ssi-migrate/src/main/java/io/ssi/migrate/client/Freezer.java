package io.ssi.migrate.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Stops every thread of the program at a hook, and lets all go on again.
 *
 * <p>Order matters, so that no notify is lost and no monitor is ever held by two: threads that run, sleep or are parked stop
 * first. Only when nothing else runs, those are seen to that wait for a monitor. A thread in Object.wait is woken, by a notifyAll
 * on its monitor; it is marked before, walks itself, and goes back to waiting on the same monitor inside its hook. There it
 * is, for the program, still waiting: if the freeze is undone a later notify finds it where it was. A waiter that is woken but
 * was not marked had been notified by the program; it will only want the monitor back. A thread that is blocked entering a
 * monitor, where a poll is woven next, is marked as well and let in: it stops at that poll before it has done anything with
 * the monitor, and from then on is the same as one that had been notified.
 *
 * <p>For all of these a stopped owner passes the monitor on, by waiting on it itself. Nobody but marked threads can then take
 * it: the freeze fails for now if another thread is blocked entering it. An owner that rests in a wait of its own is reached by
 * having that monitor passed on as well. A thread that wants a monitor stops only after the owner of that, so whom one
 * waits for is always one that stopped later, and none wait in a circle. When a freeze is undone, owners get their monitors
 * back first; then those that only want a monitor leave the wait sets; then all go on.
 *
 * <p>Lock order: {@code this}, taken last and never while calling out; a program's monitors are taken before it.
 */
final class Freezer {
    private static final long STEP_NANOS = 200_000;
    private static final long RETRY_NANOS = 2_000_000;
    /** A try that had this long to find out what does not stop knows best. */
    private static final long WHOLE_TRY_NANOS = 500_000_000;
    private static final long PASS_MILLIS = 1;
    /** Steps without a running thread after which the rest is taken to be waiting or blocked. */
    private static final int QUIET_STEPS = 3;
    /** Owners get their monitors back by then, or else someone unforeseen holds one, and only running on can end that. */
    private static final long BACK_NANOS = 10_000_000_000L;

    private final AgentPort port;
    private final ProgramThreads threads;
    private final FrameReader frames;
    private final EscapeBarrier barrier;
    private final Snapshots snapshots;
    private final FrameCopies copies;

    /** Guarded by this, all below. */
    private boolean frozen;
    /** Counts freezes, so that a thread that is late to leave one does not take the next for it. */
    private int epoch;
    /** Threads in {@link #stop} of this freeze: their own waiting and parking in here is no stop. */
    private final Set<Thread> inside = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Thread, StoppedThread> stopped = new IdentityHashMap<>();
    /** Waiting threads that the freeze wakes, with the monitor. */
    private final Map<Thread, Object> marked = new IdentityHashMap<>();
    /** Threads blocked entering a monitor that the freeze lets in, with the monitor. */
    private final Map<Thread, Object> entering = new IdentityHashMap<>();
    /** Stopped owners asked to pass a monitor on. */
    private final Map<Thread, Object> passing = new IdentityHashMap<>();
    /** Owners that do so and may lack that monitor. */
    private final Set<Thread> away = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Monitors that a {@link Waker} is after. */
    private final Set<Object> waking = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Threads that only want a monitor back and may be in its wait set. */
    private final Set<Thread> leaving = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean mayLeave;

    Freezer(Jdk jdk, AgentPort port, FrameCopies copies) {
        this.port = port;
        this.threads = new ProgramThreads(jdk, port);
        this.copies = copies;
        this.frames = new FrameReader(jdk);
        this.barrier = jdk.withNativeAccess(EscapeBarrier::new);
        this.snapshots = new Snapshots(jdk);
    }

    // ---- on the program's threads

    void stop(int kind, Object object, long remainingNanos) throws InterruptedException {
        if (object == this) {
            return; // it is leaving the freeze before this one: not a wait of the program's
        }
        Thread self = Thread.currentThread();
        int epoch;
        Object entered;
        synchronized (this) {
            if (!frozen || !threads.isOfProgram(self) || !inside.add(self)) {
                return;
            }
            epoch = this.epoch;
            entered = kind == SsiHook.POLL ? entering.get(self) : null;
        }
        barrier.raise();
        List<RawFrame> raw = frames.read(SsiHook.class);
        StoppedThread record = entered == null ? new StoppedThread(self, kind, object, remainingNanos, raw)
                : new StoppedThread(self, SsiHook.WAIT, entered, StoppedThread.WANTS_BACK, raw);
        // Resting must not be cut short by the status; it travels in the record and is put back on leaving.
        record.interrupted = Thread.interrupted();
        boolean stillWaiting;
        synchronized (this) {
            stillWaiting = kind == SsiHook.WAIT && marked.get(self) == object && !isNotifiedByTheJvm(object);
            if (kind == SsiHook.WAIT && !stillWaiting) {
                record.remainingNanos = StoppedThread.WANTS_BACK;
            }
            if (isFrozen(epoch)) {
                stopped.put(self, record);
                notifyAll();
            } else {
                inside.remove(self);
            }
        }
        if (record.kind != SsiHook.WAIT) {
            rest(epoch, record);
        } else if (stillWaiting && !record.interrupted) {
            restAsWaiter(epoch, object, remainingNanos, record);
        } else {
            restAsNotified(epoch, record.object, record);
        }
        if (record.interrupted) {
            if (stillWaiting) {
                throw new InterruptedException();
            }
            self.interrupt();
        }
    }

    /**
     * Threads of the JVM (Reference Handler, Common-Cleaner) are not frozen and may notify these meanwhile, which must not be taken for another
     * waiter's wake-up. Who waits there, in the JDK's own loops, looks again after any wake-up and counts its time.
     */
    private static boolean isNotifiedByTheJvm(Object monitor) {
        String name = monitor.getClass().getName();
        return name.equals("java.lang.ref.ReferenceQueue$Lock") || name.equals("java.util.TaskQueue");
    }

    private void rest(int epoch, StoppedThread record) {
        while (true) {
            synchronized (this) {
                while (isFrozen(epoch) && !passing.containsKey(record.thread)) {
                    record.interrupted |= waitOn(this, 0, 0);
                }
                if (!isFrozen(epoch)) {
                    return;
                }
            }
            passOn(epoch, record);
        }
    }

    /** Still waiting, as far as the program can tell; a wake-up while frozen is another waiter's, or a request to pass on. */
    private void restAsWaiter(int epoch, Object monitor, long remainingNanos, StoppedThread record) {
        long end = System.nanoTime() + remainingNanos;
        long left = remainingNanos;
        boolean asked;
        do {
            record.interrupted |= waitOn(monitor, left / 1_000_000, (int) (left % 1_000_000));
            asked = passOn(epoch, record);
            left = remainingNanos == 0 ? 0 : end - System.nanoTime();
        } while ((asked || isFrozen(epoch)) && !record.interrupted && (remainingNanos == 0 || left > 0));
        restAsNotified(epoch, monitor, record);
    }

    /** Only wants the monitor back: gives it free while frozen and is out of the wait set before anyone runs. */
    private void restAsNotified(int epoch, Object monitor, StoppedThread record) {
        synchronized (this) {
            if (isFrozen(epoch)) {
                leaving.add(record.thread);
            }
        }
        while (!mayLeave(epoch)) {
            record.interrupted |= waitOn(monitor, PASS_MILLIS, 0);
            passOn(epoch, record);
        }
        synchronized (this) {
            leaving.remove(record.thread);
            while (isFrozen(epoch)) {
                record.interrupted |= waitOn(this, 0, 0);
            }
        }
    }

    /** Passes on what it is asked to, and has it back on return; false if it was not asked. */
    private boolean passOn(int epoch, StoppedThread record) {
        boolean asked = false;
        Object monitor = toPass(epoch, record.thread);
        while (monitor != null) {
            asked = true;
            synchronized (monitor) {
                monitor.notifyAll();
                record.interrupted |= waitOn(monitor, PASS_MILLIS, 0);
            }
            monitor = toPass(epoch, record.thread);
        }
        return asked;
    }

    /** Called by an owner that holds all its monitors. */
    private synchronized Object toPass(int since, Thread self) {
        Object monitor = isFrozen(since) ? passing.get(self) : null;
        if (monitor != null) {
            away.add(self);
        } else if (away.remove(self)) {
            notifyAll();
        }
        return monitor;
    }

    /** Waits on a monitor the caller holds; true if an interrupt ended that. */
    private static boolean waitOn(Object monitor, long millis, int nanos) {
        try {
            monitor.wait(millis, nanos);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    private synchronized boolean isFrozen(int since) {
        return frozen && epoch == since;
    }

    private synchronized boolean mayLeave(int since) {
        return mayLeave || !isFrozen(since);
    }

    // ---- on the migration's thread

    /** Stops the program. On failure everything goes on as before. */
    List<StoppedThread> freeze(long deadlineNanos) throws PinnedException {
        PinnedException before = null;
        while (true) {
            long start = System.nanoTime();
            try {
                return tryFreeze(deadlineNanos);
            } catch (PinnedException e) {
                thaw();
                long now = System.nanoTime();
                boolean late = now - deadlineNanos > 0;
                if (late && before != null && now - start < WHOLE_TRY_NANOS) {
                    throw before; // cut short, this try knows less
                }
                if (late || !e.passing()) {
                    throw e;
                }
                before = e;
            } catch (RuntimeException | Error e) {
                thaw();
                throw e;
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    private List<StoppedThread> tryFreeze(long deadlineNanos) throws PinnedException {
        synchronized (this) {
            frozen = true;
            epoch++;
            mayLeave = false;
        }
        port.pending(true);
        EntryPolls polls = new EntryPolls(port, copies);
        int quiet = 0;
        while (true) {
            List<Thread> left = running();
            // Twice: a thread may have been started after the first look by one that had stopped before it was looked at.
            if (left.isEmpty() && running().isEmpty()) {
                synchronized (this) {
                    if (stopped.isEmpty()) {
                        throw new PinnedException(false, "the program has no thread left: it is about to end");
                    }
                    passing.clear();
                    notifyAll();
                    return new ArrayList<>(stopped.values());
                }
            }
            if (System.nanoTime() - deadlineNanos > 0) {
                throw PinnedException.notStopping(left);
            }
            letInitialise();
            quiet = nudge(left) ? 0 : quiet + 1;
            if (quiet > QUIET_STEPS) {
                letStop(left, polls);
            }
            awaitStep();
        }
    }

    /** A class that is being initialised: whoever else uses it stands still inside the JVM until that is over, and would not stop. */
    private synchronized void letInitialise() throws PinnedException {
        for (StoppedThread thread : stopped.values()) {
            if (thread.initialiser != null) {
                throw FrameFilter.initialising(thread.thread, thread.initialiser);
            }
        }
    }

    private synchronized void awaitStep() {
        try {
            wait(0, (int) STEP_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Threads of the program that have not stopped yet. */
    private List<Thread> running() throws PinnedException {
        List<Thread> left = threads.ofProgram();
        synchronized (this) {
            left.removeIf(stopped::containsKey);
        }
        return left;
    }

    /** Wakes what is parked or asleep; true if a thread runs and may get to a stop by itself. */
    private boolean nudge(List<Thread> left) {
        boolean busy = false;
        for (Thread thread : left) {
            switch (thread.getState()) {
                case WAITING, TIMED_WAITING -> LockSupport.unpark(thread);
                case BLOCKED -> {
                    // see letStop
                }
                default -> busy = true;
            }
        }
        return busy;
    }

    /** Nothing runs: what is left waits on a monitor, or is blocked for one. */
    private void letStop(List<Thread> left, EntryPolls polls) throws PinnedException {
        Map<Thread, Object> waiters = new IdentityHashMap<>();
        Map<Thread, Object> contenders = new IdentityHashMap<>();
        Set<Object> wanted = Collections.newSetFromMap(new IdentityHashMap<>());
        PinnedException later = null;
        for (Thread thread : left) {
            Object waitingOn = snapshots.waitingOn(thread);
            if (waitingOn != null) {
                waiters.put(thread, waitingOn);
                wanted.add(waitingOn);
                continue;
            }
            Snapshots.Blocked blocked = snapshots.blocked(thread);
            if (blocked == null || isInside(thread)) {
                return; // on its way out of a park, or to its stop
            }
            if (!blocked.isInWait()) {
                StoppedThread owner = ownerAmongStopped(blocked.monitor());
                later = blocked(thread, blocked, owner);
                if (owner == null) {
                    continue; // its turn comes when the owner has stopped, or has left
                }
                if (!polls.follow(blocked.type(), blocked.method())) {
                    throw later;
                }
                contenders.put(thread, blocked.monitor());
            }
            wanted.add(blocked.monitor());
        }
        if (wanted.isEmpty() && later != null) {
            throw later;
        }
        synchronized (this) {
            marked.putAll(waiters);
            entering.putAll(contenders);
        }
        passOnAndWake(wanted);
    }

    private void passOnAndWake(Set<Object> wanted) {
        Map<Thread, Object> passes = new IdentityHashMap<>();
        List<Object> unowned = new ArrayList<>();
        List<Object> all = new ArrayList<>(wanted);
        for (int i = 0; i < all.size(); i++) {
            StoppedThread owner = ownerAmongStopped(all.get(i));
            if (owner == null) {
                unowned.add(all.get(i));
                continue;
            }
            passes.putIfAbsent(owner.thread, all.get(i));
            if (owner.kind == SsiHook.WAIT && wanted.add(owner.object)) {
                all.add(owner.object); // it can be asked only when it wakes up with this one
            }
        }
        synchronized (this) {
            // One at a time; what it passes on already comes first, so that each gets its turn.
            passing.forEach((owner, monitor) -> passes.computeIfPresent(owner, (o, next) -> wanted.contains(monitor) ? monitor : next));
            passing.clear();
            passing.putAll(passes);
            notifyAll();
            for (Object monitor : unowned) {
                if (waking.add(monitor)) {
                    new Waker(monitor, epoch).start();
                }
            }
        }
    }

    private final class Waker extends Thread {
        private final Object monitor;
        private final int epoch;

        Waker(Object monitor, int epoch) {
            super(null, null, "ssi-waker", 0, false);
            this.monitor = monitor;
            this.epoch = epoch;
            setDaemon(true);
        }

        @Override
        public void run() {
            synchronized (monitor) {
                if (isFrozen(epoch)) {
                    monitor.notifyAll();
                }
            }
            synchronized (Freezer.this) {
                waking.remove(monitor);
            }
        }
    }

    private synchronized boolean isInside(Thread thread) {
        return inside.contains(thread);
    }

    private StoppedThread ownerAmongStopped(Object monitor) {
        List<StoppedThread> all;
        synchronized (this) {
            all = new ArrayList<>(stopped.values());
        }
        for (StoppedThread thread : all) {
            if (thread.kind != SsiHook.WAIT || thread.object != monitor) {
                for (RawFrame frame : thread.frames) {
                    for (Object held : frame.monitors()) {
                        if (held == monitor) {
                            return thread;
                        }
                    }
                }
            }
        }
        return null;
    }

    /** Undoes a freeze: the program goes on where it stood. */
    void thaw() {
        List<Thread> wantBack;
        synchronized (this) {
            passing.clear();
            awaitOwners();
            mayLeave = true;
            wantBack = new ArrayList<>(leaving);
        }
        for (Thread thread : wantBack) {
            while (isLeaving(thread) && thread.isAlive() && thread.getState() != Thread.State.BLOCKED) {
                LockSupport.parkNanos(STEP_NANOS);
            }
        }
        port.pending(false);
        synchronized (this) {
            frozen = false;
            inside.clear();
            stopped.clear();
            marked.clear();
            entering.clear();
            away.clear();
            leaving.clear();
            notifyAll();
        }
    }

    /** Holding this. Whoever wants one of their monitors, from now on finds it locked. */
    private void awaitOwners() {
        long end = System.nanoTime() + BACK_NANOS;
        while (!away.isEmpty() && System.nanoTime() - end < 0) {
            awaitStep();
        }
    }

    private synchronized boolean isLeaving(Thread thread) {
        return leaving.contains(thread);
    }

    // ---- reasons

    private static PinnedException blocked(Thread thread, Snapshots.Blocked blocked, StoppedThread owner) {
        return new PinnedException(true, "thread \"" + thread.getName() + "\" waits in " + blocked.type().getName() + "."
                + blocked.method() + " to enter a monitor of " + blocked.monitor().getClass().getName()
                + (owner == null ? "" : " that thread \"" + owner.thread.getName() + "\" holds")
                + "; the move can succeed once it got it");
    }
}
