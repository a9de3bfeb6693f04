package io.ssi.agent.link;

/** A thread of the agent: a daemon in the system's thread group, told apart from the program's by its class. */
public abstract class AgentThread extends Thread {
    protected AgentThread(String name) {
        super(systemGroup(), null, name, 0, false);
    }

    /** Starts it as a daemon thread. */
    public final void launch() {
        setDaemon(true);
        start();
    }

    private static ThreadGroup systemGroup() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group != null && group.getParent() != null) {
            group = group.getParent();
        }
        return group;
    }

    @Override
    public abstract void run();
}
