package io.ssi.agent.deputy;

import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jdk.internal.misc.Signal;
import jdk.internal.misc.Unsafe;

/**
 * What this process does about signals: which it ignores, as nohup and a shell's background jobs have it or the program asked for, and the
 * handlers the program installed. They belong to the program and travel with it.
 */
public final class Dispositions {
    private static final Unsafe U = Unsafe.getUnsafe();

    private Dispositions() {}

    /** Names and handlers in turn, of the program and not of the JVM. */
    public static Object[] handlers(SignalHold held) {
        List<Object> found = new ArrayList<>();
        Object standard = standard();
        for (Map.Entry<Signal, Signal.Handler> entry : handlers().entrySet()) {
            String name = entry.getKey().getName();
            Object handler = entry.getValue() == held ? held.before(name) : entry.getValue();
            boolean asAtStart = handler == (endsJvm(name) ? standard : Signal.Handler.SIG_DFL);
            if (handler != null && !asAtStart && handler != Signal.Handler.SIG_IGN) {
                found.add(name);
                found.add(handler);
            }
        }
        return found.toArray();
    }

    /** In a landing: as it was where the process comes from, whatever this JVM was started with. */
    public static void restore(long wanted, Object[] handlers, SignalHold held, MethodHandles.Lookup trusted) {
        long now = ignored(held);
        Libc libc = now == wanted ? null : new Libc(trusted);
        // Those that can be held are told to the hold, which else undoes it when it ends.
        long done = 0;
        for (String name : SignalHold.NAMES) {
            int number = new Signal(name).getNumber();
            long bit = 1L << number;
            if ((~now & wanted & bit) != 0 && held.install(name, Signal.Handler.SIG_IGN)) {
                done |= bit;
            } else if ((now & ~wanted & bit) != 0) {
                if (endsJvm(name)) {
                    libc.disposition(number, false); // the JVM itself takes over none of these that is ignored
                }
                held.install(name, endsJvm(name) ? (Signal.Handler) standard() : Signal.Handler.SIG_DFL);
                done |= bit;
            }
        }
        for (int number = 1; number < Long.SIZE - 1; number++) {
            long bit = 1L << number;
            if (((now ^ wanted) & ~done & bit) != 0) {
                libc.disposition(number, (wanted & bit) != 0);
            }
        }
        for (int i = 0; i < handlers.length; i += 2) {
            held.install((String) handlers[i], (Signal.Handler) handlers[i + 1]);
        }
    }

    /** All that the JDK knows of. */
    @SuppressWarnings("unchecked")
    static Map<Signal, Signal.Handler> handlers() {
        return (Map<Signal, Signal.Handler>) statics(Signal.class, "handlers");
    }

    private static boolean endsJvm(String signal) {
        return signal.equals("HUP") || signal.equals("INT") || signal.equals("TERM");
    }

    /** Bit n for signal n that the program ignores, or does when it is not held. */
    public static long ignored(SignalHold held) {
        return IgnoredSignals.now() | held.ignored();
    }

    /** What the JVM itself does about hang-up, Ctrl-C and TERM: it ends in order. */
    private static Object standard() {
        try {
            return statics(Class.forName("java.lang.Terminator"), "handler");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object statics(Class<?> owner, String name) {
        try {
            java.lang.reflect.Field field = owner.getDeclaredField(name);
            return U.getReferenceVolatile(U.staticFieldBase(field), U.staticFieldOffset(field));
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("this JDK has no " + owner.getName() + "." + name, e);
        }
    }
}
