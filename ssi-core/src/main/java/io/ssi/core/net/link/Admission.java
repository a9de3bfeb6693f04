package io.ssi.core.net.link;

/**
 * Who may run now: a pure count. Fresh requests run up to a limit and wait up to another. Nested ones, which a running handler
 * somewhere waits for, never wait: they run at once from a reserve, so a chain of handlers over several nodes always ends.
 */
final class Admission {
    enum Verdict { RUN, WAIT, REFUSE }

    private final int freshMax;
    private final int waitingMax;
    private final int nestedMax;
    private int fresh;
    private int waiting;
    private int nested;

    Admission(int freshMax, int waitingMax, int nestedMax) {
        this.freshMax = freshMax;
        this.waitingMax = waitingMax;
        this.nestedMax = nestedMax;
    }

    Verdict arrive(boolean isNested) {
        if (isNested) {
            if (nested >= nestedMax) {
                return Verdict.REFUSE;
            }
            nested++;
            return Verdict.RUN;
        }
        if (fresh < freshMax) {
            fresh++;
            return Verdict.RUN;
        }
        if (waiting >= waitingMax) {
            return Verdict.REFUSE;
        }
        waiting++;
        return Verdict.WAIT;
    }

    /** A running one ended. True: the oldest waiting one runs now (and is counted as running). */
    boolean finish(boolean wasNested) {
        if (wasNested) {
            nested--;
            return false;
        }
        if (waiting > 0) {
            waiting--;
            return true;
        }
        fresh--;
        return false;
    }

    int running() {
        return fresh + nested;
    }

    int waiting() {
        return waiting;
    }
}
