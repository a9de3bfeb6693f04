package io.ssi.migrate;

/**
 * How far the move of this JVM is, and what follows when its daemon is lost: before the image is complete nothing can have been
 * committed and the JVM decides for itself; after that only the daemon, who asks the group, may. Thread-safe.
 */
public final class JvmMove {
    private enum State {
        /** No move, or one that has not stopped anything yet. */
        RUNNING,
        /** The source from the order to freeze to the end of its image. */
        STOPPING,
        /** The source with its image sent. */
        FROZEN,
        /** The target until it has built the image. */
        LANDING,
        /** The target that waits for Go. */
        BUILT
    }

    private State state;
    private long migration;
    private int connection;
    private int stoppingFor;

    /** @param landing true for the JVM a process moves into */
    public JvmMove(boolean landing) {
        state = landing ? State.LANDING : State.RUNNING;
    }

    /** The connection there is now; it grows with each one that broke. */
    public synchronized int connection() {
        return connection;
    }

    /** Carries out the order to freeze that came over this connection; false if that is no more. */
    public synchronized boolean stopping(long number, int orderedBy) {
        if (state != State.RUNNING || connection != orderedBy) {
            return false;
        }
        state = State.STOPPING;
        migration = number;
        stoppingFor = orderedBy;
        return true;
    }

    /** The image is about to be complete; false if the daemon that ordered it is gone, so that the program must go on. */
    public synchronized boolean frozen() {
        if (state != State.STOPPING || connection != stoppingFor) {
            return false;
        }
        state = State.FROZEN;
        return true;
    }

    /** The image is built; false if the daemon is gone and this JVM must end. */
    public synchronized boolean built(long number) {
        if (state != State.LANDING || connection != 0) {
            return false;
        }
        state = State.BUILT;
        migration = number;
        return true;
    }

    /** The program runs (again): after Resume, Go, or an image whose last word did not get out. */
    public synchronized void running() {
        if (state != State.LANDING) {
            state = State.RUNNING;
            migration = 0;
        }
    }

    /** True if this is the move whose image is complete. */
    public synchronized boolean isFrozen(long number) {
        return state == State.FROZEN && migration == number;
    }

    /** The connection to the daemon broke. True if this JVM is a landing that must end now. */
    public synchronized boolean disconnected() {
        connection++;
        return state == State.LANDING;
    }

    /** For Hello: the move whose outcome this JVM does not know, 0 if there is none. */
    public synchronized long undecided() {
        return state == State.FROZEN || state == State.BUILT ? migration : 0;
    }
}
