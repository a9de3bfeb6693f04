package io.ssi.vproc;

/** What a process is doing. Numbers on the wire are the ordinals; new states go to the end. */
public enum ProcessState {
    RUNNING,
    /** Stopped by a signal; goes on after CONT. */
    STOPPED,
    /** A migration froze it or is about to. Signals wait. */
    MOVING,
    /** Ended; the row is kept for a while for those who wait for the exit status. */
    ZOMBIE,
    /** A move that nobody knows yet to be committed or not: the group does not answer, and the program stands still until it does. */
    UNDECIDED;

    /** A move is under way. */
    public boolean isMoving() {
        return this == MOVING || this == UNDECIDED;
    }
}
