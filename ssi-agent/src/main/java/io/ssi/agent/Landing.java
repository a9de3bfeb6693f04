package io.ssi.agent;

import java.util.concurrent.locks.LockSupport;

/** Main of a JVM that a process moves into: its first thread stands for the end of the process and does nothing else. */
public final class Landing {
    private static final long LOOK_NANOS = 5_000_000;

    private Landing() {}

    /**
     * Returns, or throws, when the main thread of the process has ended, so that the launcher ends this JVM with the status the
     * program would have: after its last thread, 0, or 1 if main died of an exception (which was printed there and then).
     */
    public static void main() throws InterruptedException {
        Agent.runtime().keep(Thread.currentThread());
        Thread main = SsiProcess.awaitStarted();
        // Not join(): the main thread has this thread's number, by which the JVM tells owners of a monitor apart.
        while (main != null && main.isAlive()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        if (SsiProcess.statusAtEnd() != 0) {
            Thread.currentThread().setUncaughtExceptionHandler(new Silent());
            throw new IllegalStateException("the main thread of the process died of an exception");
        }
    }

    private static final class Silent implements Thread.UncaughtExceptionHandler {
        @Override
        public void uncaughtException(Thread thread, Throwable cause) {
            // The program's own handler has spoken already.
        }
    }
}
