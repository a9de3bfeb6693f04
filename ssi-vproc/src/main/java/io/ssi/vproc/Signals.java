package io.ssi.vproc;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Signals by name and their numbers on Linux x86-64 and aarch64 (signal(7)). */
public final class Signals {
    /** Only asks whether the process is there, and whether it may be signalled. */
    public static final int NONE = 0;
    public static final int HUP = 1;
    public static final int INT = 2;
    public static final int QUIT = 3;
    public static final int KILL = 9;
    public static final int USR1 = 10;
    public static final int USR2 = 12;
    public static final int TERM = 15;
    public static final int CONT = 18;
    public static final int STOP = 19;
    public static final int TSTP = 20;
    private static final Map<String, Integer> NUMBERS = new LinkedHashMap<>();

    static {
        NUMBERS.put("TERM", TERM);
        NUMBERS.put("KILL", KILL);
        NUMBERS.put("STOP", STOP);
        NUMBERS.put("CONT", CONT);
        NUMBERS.put("TSTP", TSTP);
        NUMBERS.put("INT", INT);
        NUMBERS.put("HUP", HUP);
        NUMBERS.put("QUIT", QUIT);
        NUMBERS.put("USR1", USR1);
        NUMBERS.put("USR2", USR2);
    }

    private Signals() {}

    /** Number of a signal given as {@code TERM}, {@code SIGTERM}, {@code term} or {@code 15}; {@link #NONE} for {@code 0}. */
    public static int parse(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        Integer number = NUMBERS.get(name.startsWith("SIG") ? name.substring(3) : name);
        if (number == null && text.matches("[0-9]{1,2}")) {
            int given = Integer.parseInt(text);
            number = given == NONE || NUMBERS.containsValue(given) ? (Integer) given : null;
        }
        if (number == null) {
            throw new SsiException(ErrorCode.BAD_ARGUMENT, "'" + text + "' is no signal; use one of " + String.join(", ", NUMBERS.keySet()));
        }
        return number;
    }

    public static String name(int number) {
        for (Map.Entry<String, Integer> signal : NUMBERS.entrySet()) {
            if (signal.getValue() == number) {
                return signal.getKey();
            }
        }
        return Integer.toString(number);
    }
}
