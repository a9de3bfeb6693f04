package io.ssi.agent.deputy;

import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import jdk.internal.misc.Signal;

/**
 * Holds back what the user sends to the program (Ctrl-C, Ctrl-Z, TERM, hang-up) while it stands still for a move: its handlers and
 * shutdown hooks must run once, where it lives afterwards. Thread-safe.
 */
public final class SignalHold implements Signal.Handler {
    static final String[] NAMES = {"HUP", "INT", "TERM", "USR1", "CONT", "TSTP"};
    /** A signal that the JVM took just before is with its handler by then. */
    private static final int LOOKS_MAX = 100;
    private static final long LOOK_NANOS = 100_000;

    /** Guarded by this; what handled each before, null where the JVM does not catch it. */
    private final Signal.Handler[] before = new Signal.Handler[NAMES.length];
    /** Guarded by this. */
    private boolean holding;
    /** Guarded by this; bit n for signal n. */
    private int held;

    /** From now on signals are held. Safe to repeat. */
    public synchronized void hold() {
        if (holding) {
            return;
        }
        holding = true;
        for (int i = 0; i < NAMES.length; i++) {
            try {
                before[i] = Signal.handle(new Signal(NAMES[i]), this);
            } catch (IllegalArgumentException e) {
                before[i] = null; // the program was started with -Xrs
            }
        }
    }

    /** After {@link #hold}: returns when no handler is still about to be started, or has just been. */
    public static void awaitDispatched() {
        for (Thread thread : threads()) {
            if (thread != null && thread.getName().equals("Signal Dispatcher")) {
                for (int i = 0; i < LOOKS_MAX && thread.getStackTrace().length > 0; i++) {
                    LockSupport.parkNanos(LOOK_NANOS);
                }
            }
        }
        for (Thread thread : threads()) {
            if (thread != null && thread.getName().startsWith("SIG") && thread.getName().endsWith(" handler")) {
                for (int i = 0; i < LOOKS_MAX && thread.isAlive(); i++) {
                    LockSupport.parkNanos(LOOK_NANOS);
                }
            }
        }
    }

    private static Thread[] threads() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        Thread[] threads = new Thread[group.activeCount() + NAMES.length];
        group.enumerate(threads, true);
        return threads;
    }

    /** The program goes on here: what was held is sent once more, to its own handlers. Safe to repeat. */
    public void release() {
        int now;
        synchronized (this) {
            if (!holding) {
                return;
            }
            holding = false;
            now = held;
            held = 0;
            for (int i = 0; i < NAMES.length; i++) {
                if (before[i] != null) {
                    Signal.handle(new Signal(NAMES[i]), before[i]);
                }
            }
        }
        for (String name : NAMES) {
            Signal signal = new Signal(name);
            if ((now & 1 << signal.getNumber()) != 0) {
                raise(signal);
            }
        }
    }

    /** Also one that has its default action, which the JDK does not raise by itself. */
    private static void raise(Signal signal) {
        Map<Signal, Signal.Handler> handlers = Dispositions.handlers();
        boolean byDefault = handlers.putIfAbsent(signal, Signal.Handler.SIG_DFL) == null;
        Signal.raise(signal);
        if (byDefault) {
            handlers.remove(signal, Signal.Handler.SIG_DFL);
        }
    }

    /** Bit n for signal n: ignored when they are not held. */
    synchronized long ignored() {
        long ignored = 0;
        for (int i = 0; holding && i < NAMES.length; i++) {
            if (before[i] == Signal.Handler.SIG_IGN) {
                ignored |= 1L << new Signal(NAMES[i]).getNumber();
            }
        }
        return ignored;
    }

    /** What handles a signal when it is not held; null for the JVM's own way. */
    synchronized Signal.Handler before(String name) {
        for (int i = 0; i < NAMES.length; i++) {
            if (NAMES[i].equals(name)) {
                return before[i];
            }
        }
        return null;
    }

    /**
     * From now on this handles the signal, while signals are held when they are no more. One that the JVM keeps for itself is left to it.
     *
     * @return whether it is not the JVM's
     */
    synchronized boolean install(String name, Signal.Handler handler) {
        Signal.Handler now = handler;
        for (int i = 0; holding && i < NAMES.length; i++) {
            if (NAMES[i].equals(name)) {
                before[i] = handler;
                now = this;
            }
        }
        try {
            Signal.handle(new Signal(name), now);
            return true;
        } catch (IllegalArgumentException e) {
            // It did not have it where the process comes from either, or that JVM was started with other flags.
            for (int i = 0; i < NAMES.length; i++) {
                if (NAMES[i].equals(name)) {
                    before[i] = null;
                }
            }
            return false;
        }
    }

    /** As if these had come now. */
    public synchronized void add(int signals) {
        held |= signals;
    }

    synchronized int held() {
        return held;
    }

    /** signal(7): a stop takes back a go-on that is still to come, and the other way round. */
    private static int takenBack(Signal signal) {
        return switch (signal.getName()) {
            case "CONT" -> 1 << Libc.SIGTSTP;
            case "TSTP" -> 1 << Libc.SIGCONT;
            default -> 0;
        };
    }

    @Override
    public void handle(Signal signal) {
        synchronized (this) {
            if (holding) {
                held = held & ~takenBack(signal) | 1 << signal.getNumber();
                return;
            }
        }
        raise(signal); // its thread was started before the release and runs only now
    }
}
