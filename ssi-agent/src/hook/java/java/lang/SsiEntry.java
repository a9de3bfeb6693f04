package java.lang;

/**
 * Where a thread of a landing JVM turns off from its run method into the frames it had. The one frame of the agent's that a walk
 * of the stack shows: whatever is at and below it was not there before the move, so {@link SsiTraces} ends traces here.
 */
public final class SsiEntry {
    private SsiEntry() {}

    /**
     * At the entry of every run() of a Thread class: true if this thread came here by migration, and has meanwhile run
     * to its end from where it was.
     */
    public static boolean entering(Object thread) throws Throwable {
        return SsiResume.areWaiting() && thread == Thread.currentThread() && SsiResume.enter((Thread) thread);
    }
}
