package io.ssi.agent.deputy;

import java.io.File;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;

/** Turns this JVM into the deputy of the process that left it: same OS process, same terminal, another program. */
public final class Departure {
    /** Signals of the user that a deputy passes on to the process; it blocks them. */
    static final int[] FORWARDED = {Libc.SIGHUP, Libc.SIGINT, Libc.SIGTERM, Libc.SIGQUIT, Libc.SIGUSR1, Libc.SIGCONT, Libc.SIGTSTP};
    /** Those of them that a JVM does not take off its mask by itself when it starts. */
    private static final int[] LEFT_MASKED = {Libc.SIGQUIT, Libc.SIGUSR1, Libc.SIGCONT, Libc.SIGTSTP};
    private static final String[] JVM_VARIABLES = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"};
    private static final int STANDARD_DESCRIPTORS = 3;

    private Departure() {}

    /**
     * Does not return.
     *
     * @param remains what the deputy has to know
     * @param signals what the user sent since the program stopped: the deputy passes it on
     */
    public static void become(MethodHandles.Lookup trusted, long token, String socket, String jar, Remains remains, SignalHold signals) {
        signals.hold();
        Libc libc = new Libc(trusted);
        for (String variable : JVM_VARIABLES) {
            libc.unsetEnvironment(variable);
        }
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx16m", "-Xrs",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "--enable-native-access=ALL-UNNAMED", "-cp", jar,
                "io.ssi.agent.Premain", "deputy", Long.toString(token), socket));
        try {
            Remains.Place place = new Remains.Place(libc, remains);
            closeAllOnExec(libc);
            libc.keepOnExec(place.descriptor);
            command.add(Integer.toString(place.descriptor));
            Runnable exec = libc.exec(command, null);
            keepIgnored(libc, signals.ignored());
            // From here on signals wait in the kernel for the deputy; what this JVM took before is written down.
            libc.block(FORWARDED);
            SignalHold.awaitDispatched();
            place.signals(signals.held());
            exec.run();
        } catch (IOException e) {
            System.err.println("ssi: " + e);
        }
        System.err.println("ssi: cannot start " + command.get(0) + " as deputy of this process, which lives on elsewhere");
        Runtime.getRuntime().halt(1);
    }

    /** Held they have a handler, which an exec takes away: what the program ignores the deputy is to know also without a daemon. */
    private static void keepIgnored(Libc libc, long ignored) {
        for (int signal : FORWARDED) {
            if ((ignored & 1L << signal) != 0) {
                libc.disposition(signal, true);
            }
        }
    }

    /** A landing is about to take this deputy's place: the JVM finds those signals as any JVM that is started does. */
    static void unmask(Libc libc) {
        libc.block(FORWARDED);
        libc.unblock(LEFT_MASKED);
    }

    /** All but the standard streams; those opened after this are the JVM's and closed by it. */
    static void closeAllOnExec(Libc libc) {
        String[] open = new File("/proc/self/fd").list();
        for (int i = 0; open != null && i < open.length; i++) {
            int descriptor = Integer.parseInt(open[i]);
            if (descriptor >= STANDARD_DESCRIPTORS) {
                libc.closeOnExec(descriptor);
            }
        }
    }
}
