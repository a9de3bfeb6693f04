package io.ssi.migrate.client;

import java.util.ArrayList;
import java.util.List;

/** Tells the program's threads, which stop and move, from those of the JVM and the agent. */
final class ProgramThreads {
    private final Jdk jdk;
    private final AgentPort port;

    ProgramThreads(Jdk jdk, AgentPort port) {
        this.jdk = jdk;
        this.port = port;
    }

    List<Thread> ofProgram() throws PinnedException {
        List<Thread> mine = new ArrayList<>();
        for (Thread thread : jdk.allThreads()) {
            if (isOfProgram(thread)) {
                if (thread.getClass().getName().equals("jdk.internal.misc.CarrierThread")) {
                    throw new PinnedException(false, "the program uses virtual threads (carrier \"" + thread.getName()
                            + "\"); they cannot move yet, use platform threads");
                }
                mine.add(thread);
            }
        }
        return mine;
    }

    boolean isOfProgram(Thread thread) {
        if (!thread.isAlive() || isAgent(thread)) {
            return false;
        }
        ThreadGroup group = thread.getThreadGroup();
        if (group == null) {
            return false;
        }
        return switch (thread.getName()) {
            case "Reference Handler", "Finalizer", "Signal Dispatcher", "Attach Listener", "Notification Thread",
                    "Service Thread", "Monitor Deflation Thread" -> group.getParent() != null;
            case "Common-Cleaner", "process reaper" -> !group.getName().equals("InnocuousThreadGroup")
                    && group.getParent() != null;
            case "DestroyJavaVM" -> false;
            default -> true;
        };
    }

    private boolean isAgent(Thread thread) {
        return port.isAgentThread(thread) || thread.getClass().getClassLoader() == ProgramThreads.class.getClassLoader();
    }
}
