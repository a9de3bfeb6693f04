package io.ssi.agent;

import io.ssi.agent.handler.HookHandler;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The end of every agent start: each way a thread can stop is gone once, cheaply, and must have led to the handler. A JDK whose
 * methods are not as expected is refused here, not found out by a program that does not move. What is woven only when
 * its class is loaded is checked by the weaver then, and keeps the program from moving; the poll, which has no code until a freeze, is
 * checked by {@link PollSwitch}.
 */
final class SelfCheck {
    private static final int SLEEP_NANOS = 1_000;

    private SelfCheck() {}

    /**
     * @param unexpected what the weaver found of loaded classes that differ from their rule
     * @throws IllegalStateException with the first of that, or naming the hook that was not reached
     */
    static void run(HookHandler handler, List<String> unexpected) throws InterruptedException {
        if (!unexpected.isEmpty()) {
            throw new IllegalStateException(unexpected.get(0));
        }
        handler.beginCheck();
        SsiHook.pending(true);
        LockSupport.parkNanos(1);
        Thread.sleep(0, SLEEP_NANOS);
        Object monitor = new Object();
        synchronized (monitor) {
            monitor.wait(1);
        }
        SsiHook.pending(false);
        int seen = handler.endCheck();
        require(seen, SsiHook.PARK, "LockSupport.parkNanos");
        require(seen, SsiHook.SLEEP, "Thread.sleep");
        require(seen, SsiHook.WAIT, "Object.wait");
    }

    private static void require(int seen, int kind, String what) {
        if ((seen & 1 << kind) == 0) {
            throw new IllegalStateException("self-check: the hook of " + what + " was not reached in this JDK");
        }
    }
}
