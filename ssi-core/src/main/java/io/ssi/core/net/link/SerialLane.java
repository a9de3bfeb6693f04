package io.ssi.core.net.link;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs tasks one after another on borrowed workers. Thread-safe. */
public final class SerialLane {
    private static final Logger log = LoggerFactory.getLogger(SerialLane.class);

    private final Executor workers;
    private final int waitingMax;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>(); // guarded by itself
    private boolean running; // guarded by tasks

    public SerialLane(Executor workers, int waitingMax) {
        this.workers = workers;
        this.waitingMax = waitingMax;
    }

    /** False when the lane is full. What the task throws is logged. */
    public boolean offer(Runnable task) {
        synchronized (tasks) {
            if (tasks.size() >= waitingMax) {
                return false;
            }
            tasks.add(task);
            if (running) {
                return true;
            }
            running = true;
        }
        workers.execute(this::drain);
        return true;
    }

    private void drain() {
        while (true) {
            Runnable task;
            synchronized (tasks) {
                task = tasks.poll();
                if (task == null) {
                    running = false;
                    return;
                }
            }
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                // One failed task must not end the lane.
                log.error("a task failed", e);
            }
        }
    }
}
