package io.ssi.migrate.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Stops every thread of the program at a hook, and lets all go on again.
 *
 * <p>Order matters, so that no notify is lost: threads that run, sleep or are parked stop first. Only when nothing else
 * runs are the threads in Object.wait woken, by a notifyAll on their monitor; each is marked before, walks itself, and goes
 * back to waiting on the same monitor inside its hook. There it is, for the program, still waiting: it gives the monitor
 * free for the next, and if the freeze is undone a later notify finds it where it was. A waiter that is woken but was not
 * marked had been notified by the program; it will only want the monitor back. If a stopped thread holds such a monitor, it
 * passes it on for that moment by waiting on it itself; nobody but the marked waiters can then take it, since a thread that
 * is blocked entering the same monitor makes the freeze fail for now.
 *
 * <p>Lock order: {@code this}, taken last and never while calling out; a program's monitors are taken before it.
 */
final class Freezer {
    private static final long STEP_NANOS = 200_000;
    private static final long RETRY_NANOS = 2_000_000;
    private static final long PASS_MILLIS = 1;
    /** Steps without a running thread after which the rest is taken to be waiting or blocked. */
    private static final int QUIET_STEPS = 3;

    private final Jdk jdk;
    private final AgentPort port;
    private final FrameReader frames;
    private final EscapeBarrier barrier;
    private final Snapshots snapshots;

    /** Guarded by this, all below. */
    private boolean frozen;
    /** Counts freezes, so that a thread that is late to leave one does not take the next for it. */
    private int epoch;
    /** Threads in {@link #stop} of this freeze: their own waiting and parking in here is no stop. */
    private final Set<Thread> inside = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Thread, StoppedThread> stopped = new IdentityHashMap<>();
    /** Waiting threads that the freeze wakes, with the monitor. */
    private final Map<Thread, Object> marked = new IdentityHashMap<>();
    /** Stopped owners asked to pass a monitor on. */
    private final Map<Thread, Object> passing = new IdentityHashMap<>();
    private final Set<Thread> unmarkedLeft = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean unmarkedMayLeave;

    Freezer(Jdk jdk, AgentPort port) {
        this.jdk = jdk;
        this.port = port;
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
        synchronized (this) {
            if (!frozen || !isProgram(self) || !inside.add(self)) {
                return;
            }
            epoch = this.epoch;
        }
        barrier.raise();
        StoppedThread record = new StoppedThread(self, kind, object, remainingNanos, frames.read(SsiHook.class));
        // Resting must not be cut short by the status; it travels in the record and is put back on leaving.
        record.interrupted = Thread.interrupted();
        boolean stillWaiting;
        synchronized (this) {
            stillWaiting = kind == SsiHook.WAIT && marked.get(self) == object;
            if (kind == SsiHook.WAIT && !stillWaiting) {
                record.remainingNanos = -1;
            }
            if (isFrozen(epoch)) {
                stopped.put(self, record);
                notifyAll();
            } else {
                inside.remove(self);
            }
        }
        if (kind != SsiHook.WAIT) {
            rest(epoch, self, record);
        } else if (stillWaiting && !record.interrupted) {
            restAsWaiter(epoch, object, remainingNanos, record);
        } else {
            restAsNotified(epoch, object, record);
        }
        if (record.interrupted) {
            if (stillWaiting) {
                throw new InterruptedException();
            }
            self.interrupt();
        }
    }

    /** Still waiting, as far as the program can tell; a wake-up while frozen is another waiter's. */
    private void restAsWaiter(int epoch, Object monitor, long remainingNanos, StoppedThread record) {
        long end = System.nanoTime() + remainingNanos;
        long left = remainingNanos;
        do {
            record.interrupted |= waitOn(monitor, left / 1_000_000, (int) (left % 1_000_000));
            left = remainingNanos == 0 ? 0 : end - System.nanoTime();
        } while (isFrozen(epoch) && !record.interrupted && (remainingNanos == 0 || left > 0));
        while (isFrozen(epoch)) {
            record.interrupted |= waitOn(monitor, PASS_MILLIS, 0); // its time is up: it returns when the program goes on
        }
    }

    /** Was notified before the freeze: gives the monitor free while frozen and is out of the wait set before anyone runs. */
    private void restAsNotified(int epoch, Object monitor, StoppedThread record) {
        while (!mayLeave(epoch)) {
            record.interrupted |= waitOn(monitor, PASS_MILLIS, 0);
        }
        synchronized (this) {
            unmarkedLeft.add(Thread.currentThread());
            while (isFrozen(epoch)) {
                record.interrupted |= waitOn(this, 0, 0);
            }
        }
    }

    private void rest(int epoch, Thread self, StoppedThread record) {
        while (true) {
            Object pass;
            synchronized (this) {
                while (isFrozen(epoch) && !passing.containsKey(self)) {
                    record.interrupted |= waitOn(this, 0, 0);
                }
                if (!isFrozen(epoch)) {
                    return;
                }
                pass = passing.get(self);
            }
            passOn(epoch, self, pass, record);
        }
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

    private void passOn(int epoch, Thread self, Object monitor, StoppedThread record) {
        synchronized (monitor) {
            monitor.notifyAll();
            while (isPassing(epoch, self)) {
                record.interrupted |= waitOn(monitor, PASS_MILLIS, 0);
            }
        }
    }

    private synchronized boolean isFrozen(int since) {
        return frozen && epoch == since;
    }

    private synchronized int currentEpoch() {
        return epoch;
    }

    private synchronized boolean mayLeave(int since) {
        return unmarkedMayLeave || !isFrozen(since);
    }

    private synchronized boolean isPassing(int since, Thread self) {
        return isFrozen(since) && passing.containsKey(self);
    }

    // ---- on the migration's thread

    /** Stops the program. On failure everything goes on as before. */
    List<StoppedThread> freeze(long deadlineNanos) throws PinnedException {
        while (true) {
            try {
                return tryFreeze(deadlineNanos);
            } catch (PinnedException e) {
                thaw();
                if (!e.passing() || System.nanoTime() - deadlineNanos > 0) {
                    throw e;
                }
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
            unmarkedMayLeave = false;
        }
        port.pending(true);
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
                throw notStopping(left);
            }
            quiet = nudge(left) ? 0 : quiet + 1;
            if (quiet > QUIET_STEPS) {
                wakeWaiters(left);
            }
            awaitStep();
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
        List<Thread> left = new ArrayList<>();
        for (Thread thread : jdk.allThreads()) {
            if (isProgram(thread)) {
                if (thread.getClass().getName().equals("jdk.internal.misc.CarrierThread")) {
                    throw new PinnedException(false, "the program uses virtual threads (carrier \"" + thread.getName()
                            + "\"); they cannot move yet, use platform threads");
                }
                synchronized (this) {
                    if (!stopped.containsKey(thread)) {
                        left.add(thread);
                    }
                }
            }
        }
        return left;
    }

    private boolean isAgent(Thread thread) {
        return port.isAgentThread(thread) || thread.getClass().getClassLoader() == Freezer.class.getClassLoader();
    }

    private boolean isProgram(Thread thread) {
        if (!thread.isAlive() || isAgent(thread)) {
            return false;
        }
        ThreadGroup group = thread.getThreadGroup();
        if (group == null) {
            return false;
        }
        return switch (thread.getName()) {
            case "Reference Handler", "Finalizer", "Signal Dispatcher", "Attach Listener", "Notification Thread",
                    "Service Thread", "Monitor Deflation Thread" -> group.getParent() != null;
            case "Common-Cleaner", "process reaper" -> !group.getName().equals("InnocuousThreadGroup")
                    && group.getParent() != null;
            case "DestroyJavaVM" -> false;
            default -> true;
        };
    }

    /** Wakes what is parked or asleep; true if a thread runs and may get to a stop by itself. */
    private boolean nudge(List<Thread> left) {
        boolean busy = false;
        for (Thread thread : left) {
            switch (thread.getState()) {
                case WAITING, TIMED_WAITING -> LockSupport.unpark(thread);
                case BLOCKED -> {
                    // see wakeWaiters
                }
                default -> busy = true;
            }
        }
        return busy;
    }

    /** Nothing but waiters and blocked threads is left. */
    private void wakeWaiters(List<Thread> left) throws PinnedException {
        Map<Thread, Object> waiters = new IdentityHashMap<>();
        Map<Object, Boolean> monitors = new IdentityHashMap<>();
        for (Thread thread : left) {
            Object monitor = snapshots.waitingOn(thread);
            if (monitor != null) {
                waiters.put(thread, monitor);
            } else {
                monitor = snapshots.blockedOn(thread);
                if (monitor == null) {
                    return; // on its way out of a park
                }
                if (!snapshots.isInWait(thread)) {
                    throw blocked(thread, monitor);
                }
            }
            monitors.put(monitor, true);
        }
        synchronized (this) {
            marked.putAll(waiters);
        }
        for (Object monitor : monitors.keySet()) {
            wake(monitor);
        }
    }

    private void wake(Object monitor) {
        Thread owner = ownerAmongStopped(monitor);
        if (owner != null) {
            synchronized (this) {
                passing.putIfAbsent(owner, monitor);
                if (passing.get(owner) != monitor) {
                    return; // it passes another one on first
                }
                notifyAll();
            }
        } else {
            new Waker(monitor, this, currentEpoch()).start();
        }
        awaitStep();
        if (owner != null && snapshots.contenders(monitor, jdk.allThreads()) == 0) {
            synchronized (this) {
                passing.remove(owner, monitor);
            }
        }
    }

    private static final class Waker extends Thread {
        private final Object monitor;
        private final Freezer freezer;
        private final int epoch;

        Waker(Object monitor, Freezer freezer, int epoch) {
            super(null, null, "ssi-waker", 0, false);
            this.monitor = monitor;
            this.freezer = freezer;
            this.epoch = epoch;
            setDaemon(true);
        }

        @Override
        public void run() {
            synchronized (monitor) {
                if (freezer.isFrozen(epoch)) {
                    monitor.notifyAll();
                }
            }
        }
    }

    private Thread ownerAmongStopped(Object monitor) {
        List<StoppedThread> all;
        synchronized (this) {
            all = new ArrayList<>(stopped.values());
        }
        for (StoppedThread thread : all) {
            if (thread.kind != SsiHook.WAIT || thread.object != monitor) {
                for (RawFrame frame : thread.frames) {
                    for (Object held : frame.monitors()) {
                        if (held == monitor) {
                            return thread.thread;
                        }
                    }
                }
            }
        }
        return null;
    }

    /** Undoes a freeze: the program goes on where it stood. */
    void thaw() {
        List<Thread> notified = new ArrayList<>();
        synchronized (this) {
            passing.clear();
            unmarkedMayLeave = true;
            for (StoppedThread thread : stopped.values()) {
                if (thread.kind == SsiHook.WAIT && thread.remainingNanos < 0) {
                    notified.add(thread.thread);
                }
            }
        }
        for (Thread thread : notified) {
            while (!hasLeft(thread) && thread.isAlive() && thread.getState() != Thread.State.BLOCKED) {
                LockSupport.parkNanos(STEP_NANOS);
            }
        }
        port.pending(false);
        synchronized (this) {
            frozen = false;
            inside.clear();
            stopped.clear();
            marked.clear();
            unmarkedLeft.clear();
            notifyAll();
        }
    }

    private synchronized boolean hasLeft(Thread thread) {
        return unmarkedLeft.contains(thread);
    }

    // ---- reasons

    private PinnedException blocked(Thread thread, Object monitor) {
        Thread owner = ownerAmongStopped(monitor);
        return new PinnedException(true, "thread \"" + thread.getName() + "\" waits to enter a monitor of "
                + monitor.getClass().getName() + (owner == null ? "" : " that thread \"" + owner.getName() + "\" holds")
                + "; the move can succeed once it got it");
    }

    private PinnedException notStopping(List<Thread> left) {
        List<String> reasons = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        for (Thread thread : left) {
            StackTraceElement[] stack = thread.getStackTrace();
            StringBuilder text = new StringBuilder("thread \"").append(thread.getName()).append("\" (")
                    .append(thread.getState()).append(") did not stop");
            if (stack.length > 0) {
                text.append(stack[0].isNativeMethod() ? ": it is in native code" : "");
                for (int i = 0; i < Math.min(stack.length, 6); i++) {
                    text.append(i == 0 ? " at " : " <- ").append(stack[i]);
                }
            }
            if (seen.merge(text.toString(), 1, Integer::sum) == 1 && reasons.size() < ImageFormat.PINS_MAX) {
                reasons.add(text.toString());
            }
        }
        return new PinnedException(false, reasons);
    }
}
