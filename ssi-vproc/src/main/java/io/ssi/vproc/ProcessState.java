package io.ssi.vproc;

/** What a process is doing. Numbers on the wire are the ordinals; new states go to the end. */
public enum ProcessState {
    RUNNING,
    /** Stopped by a signal; goes on after CONT. */
    STOPPED,
    /** A migration froze it or is about to. Signals wait. */
    MOVING,
    /** Ended; the row is kept for a while for those who wait for the exit status. */
    ZOMBIE
}
