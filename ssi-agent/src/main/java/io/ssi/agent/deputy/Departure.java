package io.ssi.agent.deputy;

import java.io.File;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import jdk.internal.misc.Signal;

/** Turns this JVM into the deputy of the process that left it: same OS process, same terminal, another program. */
public final class Departure {
    /** Signals of the user that a deputy passes on to the process. */
    static final int[] FORWARDED = {Libc.SIGHUP, Libc.SIGINT, Libc.SIGTERM};
    private static final String[] NAMES = {"HUP", "INT", "TERM"};
    private static final String[] JVM_VARIABLES = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"};
    private static final int STANDARD_DESCRIPTORS = 3;

    private Departure() {}

    /**
     * Does not return.
     *
     * @param input standard input that was read here after the image was written
     */
    public static void become(MethodHandles.Lookup trusted, long token, String socket, String jar, byte[] input) {
        Libc libc = new Libc(trusted);
        Catcher catcher = new Catcher();
        for (String name : NAMES) {
            catcher.take(name);
        }
        for (String variable : JVM_VARIABLES) {
            libc.unsetEnvironment(variable);
        }
        closeAllOnExec(libc);
        // From here on the signals wait for the deputy, which takes them one by one.
        libc.block(FORWARDED);
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx16m", "-Xrs",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "--enable-native-access=ALL-UNNAMED", "-cp", jar,
                "io.ssi.agent.Premain", "deputy", Long.toString(token), socket, HexFormat.of().formatHex(input)));
        command.add(Integer.toString(catcher.last));
        libc.exec(command, null);
        System.err.println("ssi: cannot start " + command.get(0) + " as deputy of this process, which lives on elsewhere");
        Runtime.getRuntime().halt(1);
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

    /** Takes the signals that reach this JVM in its last moments, instead of the program's handlers, which moved away. */
    private static final class Catcher implements Signal.Handler {
        volatile int last;

        void take(String name) {
            try {
                Signal.handle(new Signal(name), this);
            } catch (IllegalArgumentException e) {
                // Ignored by whoever started the program (nohup): then it stays so.
            }
        }

        @Override
        public void handle(Signal signal) {
            last = signal.getNumber();
        }
    }
}
