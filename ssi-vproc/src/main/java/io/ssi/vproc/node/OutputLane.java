package io.ssi.vproc.node;

/**
 * Brings the outputs of successive incarnations into order: the stream of incarnation k+1 has its turn when that of k has
 * ended. If nobody holds the lane for {@code idleMillisMax} while a later one waits, the missing stream was lost with its node
 * and is passed over. Thread-safe.
 */
final class OutputLane {
    private final long idleMillisMax;
    private int turn;
    private boolean held;
    private long idleSince = System.nanoTime();

    OutputLane(int firstIncarnation, long idleMillisMax) {
        this.turn = firstIncarnation;
        this.idleMillisMax = idleMillisMax;
    }

    /**
     * Blocks until it is this incarnation's turn and takes the lane. Somebody who holds it for the same incarnation, over a link that
     * is about to be found broken, is waited for.
     *
     * @return false when its turn has passed
     */
    synchronized boolean take(int incarnation) throws InterruptedException {
        await(incarnation);
        while (turn == incarnation && held) {
            wait();
        }
        if (turn != incarnation) {
            return false;
        }
        held = true;
        return true;
    }

    /** Of this incarnation something was shown before: earlier ones have ended. */
    synchronized void begin(int incarnation) {
        if (incarnation > turn && !held) {
            turn = incarnation;
            notifyAll();
        }
    }

    /** Blocks until all earlier incarnations have ended. */
    synchronized void await(int incarnation) throws InterruptedException {
        while (turn < incarnation) {
            if (held) {
                wait();
                continue;
            }
            long left = idleMillisMax - (System.nanoTime() - idleSince) / 1_000_000;
            if (left <= 0) {
                turn = incarnation;
                notifyAll();
            } else {
                wait(left);
            }
        }
    }

    /** Blocks until this incarnation, which was the last, has ended too: its host keeps what it wrote, and sends it however late it is. */
    synchronized void awaitLast(int incarnation) throws InterruptedException {
        await(incarnation);
        while (turn <= incarnation) {
            wait();
        }
    }

    /** The stream of this incarnation broke; it may be opened again. */
    synchronized void broken(int incarnation) {
        if (incarnation == turn) {
            held = false;
            idleSince = System.nanoTime();
            notifyAll();
        }
    }

    /** This incarnation's host is gone, or has nothing more: unless its stream is being read, it is not waited for. */
    synchronized void lost(int incarnation) {
        if (!held && turn <= incarnation) {
            turn = incarnation + 1;
            notifyAll();
        }
    }

    synchronized void ended(int incarnation) {
        if (incarnation == turn) {
            held = false;
            turn = incarnation + 1;
            idleSince = System.nanoTime();
            notifyAll();
        }
    }
}
