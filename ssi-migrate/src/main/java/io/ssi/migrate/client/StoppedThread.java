package io.ssi.migrate.client;

import java.util.List;

/** A thread of the program that stands in a hook call, with what it had when it stopped. */
final class StoppedThread {
    /** Time left of a thread that is to go on as soon as it has its monitor back. */
    static final long WANTS_BACK = -1;

    final Thread thread;
    final int kind;
    /** WAIT: the monitor; INPUT: the arguments of the read. */
    final Object object;
    /** WAIT: {@link #WANTS_BACK} when the thread had been notified, or was blocked entering the monitor. */
    long remainingNanos;
    final List<RawFrame> frames;
    /** A frame in a static initialiser; null if there is none. */
    final RawFrame initialiser;
    /** Its interrupt status, which it does not have itself while it rests. */
    volatile boolean interrupted;
    /** Set by the freezer when the frames are understood. */
    List<FrameState> states;

    StoppedThread(Thread thread, int kind, Object object, long remainingNanos, List<RawFrame> frames) {
        this.thread = thread;
        this.kind = kind;
        this.object = object;
        this.remainingNanos = remainingNanos;
        this.frames = frames;
        RawFrame found = null;
        for (RawFrame frame : frames) {
            found = frame.method().equals("<clinit>") ? frame : found;
        }
        this.initialiser = found;
    }
}
