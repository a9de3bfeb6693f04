package io.ssi.migrate.client;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Something cannot move now; each reason names what, where and what to do. */
final class PinnedException extends Exception {
    private static final long serialVersionUID = 1;
    /** Begins the name of the thread of the JDK that waits for a child process, native all the while. */
    private static final String REAPER = "process reaper (";
    private static final int FRAMES_MAX = 6;
    private final transient List<String> reasons;
    private final boolean passing;

    /** @param passing true when the cause may go away by itself soon (a frame that returns, a monitor that is given free) */
    PinnedException(boolean passing, List<String> reasons) {
        super(reasons.isEmpty() ? "pinned" : reasons.get(0), null, false, false);
        this.reasons = List.copyOf(reasons);
        this.passing = passing;
    }

    PinnedException(boolean passing, String reason) {
        this(passing, List.of(reason));
    }

    List<String> reasons() {
        return reasons;
    }

    boolean passing() {
        return passing;
    }

    /** The first frame that is the program's own, if only the JDK's were named. */
    private static String programs(StackTraceElement[] stack) {
        for (int i = 0; i < stack.length; i++) {
            if ("app".equals(stack[i].getClassLoaderName())) {
                return i < FRAMES_MAX ? "" : (i > FRAMES_MAX ? " <- ..." : "") + " <- " + stack[i];
            }
        }
        return "";
    }

    /** These did not stop while they were waited for: who, in which state, and where. */
    static PinnedException notStopping(List<Thread> left) {
        Set<String> reasons = new LinkedHashSet<>();
        for (Thread thread : left) {
            if (thread.getName().startsWith(REAPER)) {
                reasons.add("the program has a running child process (" + thread.getName().substring(REAPER.length())
                        + ", which cannot move with it yet; end it or wait for its end");
                continue;
            }
            StackTraceElement[] stack = thread.getStackTrace();
            StringBuilder text = new StringBuilder("thread \"").append(thread.getName()).append("\" (")
                    .append(thread.getState()).append(") did not stop");
            boolean isNative = stack.length > 0 && stack[0].isNativeMethod();
            text.append(isNative ? ": it is in native code" : "");
            for (int i = 0; i < Math.min(stack.length, FRAMES_MAX); i++) {
                text.append(i == 0 ? " at " : " <- ").append(stack[i]);
            }
            text.append(programs(stack));
            text.append(isNative ? "; move it when this call has returned" : "; ask again, or grant more time (--wait)");
            if (reasons.size() < ImageFormat.PINS_MAX) {
                reasons.add(text.toString());
            }
        }
        return new PinnedException(false, List.copyOf(reasons));
    }
}
