package io.ssi.core.net.link;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs handlers on workers: requests as {@link Admission} says, one-way messages in order per lane. Thread-safe. */
public final class Dispatcher {
    /** Requests of other nodes that run at once, not counting nested ones. */
    public static final int FRESH_MAX = 256;

    /** Requests that wait for one of those places. */
    public static final int WAITING_MAX = 4096;

    /** Nested requests that run at once. */
    public static final int NESTED_MAX = 4096;

    /** Messages that wait in one lane. */
    public static final int LANE_MAX = 16_384;

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    private static final ThreadLocal<Boolean> inHandler = new ThreadLocal<>();

    private final Executor workers;
    private final Admission admission; // guarded by itself
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(); // guarded by admission
    private final Map<Object, SerialLane> lanes = new ConcurrentHashMap<>();

    public Dispatcher(Executor workers) {
        this(workers, FRESH_MAX, WAITING_MAX, NESTED_MAX);
    }

    Dispatcher(Executor workers, int freshMax, int waitingMax, int nestedMax) {
        this.workers = workers;
        admission = new Admission(freshMax, waitingMax, nestedMax);
    }

    /** True on a thread that runs a request or one-way handler: calls made there are nested. */
    public static boolean inHandler() {
        return inHandler.get() != null;
    }

    public Executor workers() {
        return workers;
    }

    /** Runs the task as soon as it may; false when too many wait and the task will never run. */
    boolean request(boolean nested, Runnable task) {
        synchronized (admission) {
            switch (admission.arrive(nested)) {
                case REFUSE -> {
                    return false;
                }
                case WAIT -> {
                    waiting.add(task);
                    return true;
                }
                case RUN -> { }
            }
        }
        workers.execute(() -> run(nested, task));
        return true;
    }

    private void run(boolean nested, Runnable first) {
        Runnable task = first;
        while (task != null) {
            guarded(task);
            synchronized (admission) {
                task = admission.finish(nested) ? waiting.remove() : null;
            }
        }
    }

    /** Runs the task after all earlier ones of the lane; false when the lane is full. */
    boolean oneWay(Object lane, Runnable task) {
        return lanes.computeIfAbsent(lane, _ -> new SerialLane(workers, LANE_MAX)).offer(() -> guarded(task));
    }

    /** Runs a task of unknown length on a worker of its own. */
    void own(Runnable task) {
        workers.execute(task);
    }

    public int running() {
        synchronized (admission) {
            return admission.running();
        }
    }

    public int waiting() {
        synchronized (admission) {
            return admission.waiting();
        }
    }

    private static void guarded(Runnable task) {
        inHandler.set(true);
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            log.error("a message handler failed", e);
        } finally {
            inHandler.remove();
        }
    }
}
