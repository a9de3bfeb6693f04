package programs;

/** How long a program takes: what it prints does not depend on it. */
final class Pace {
    /** Times that a calculation is repeated; 1 when nobody moves it. */
    static final int ROUNDS = Integer.getInteger("pace.rounds", 1);
    private static final long MILLIS = Long.getLong("pace.millis", 0);
    static final long NANOS = MILLIS * 1_000_000;

    private Pace() {}

    /** Returns when the cluster knows this program: one that is shorter than that is not reported to have ended. */
    static void known() {
        ProcessHandle.current().pid();
    }

    /** A step of a program that mostly waits. */
    static void step() {
        if (MILLIS > 0) {
            try {
                Thread.sleep(MILLIS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
