package java.lang;

import java.util.Map;

/**
 * What woven code of the JDK calls about this process as others see it: its number, how it ends, what its children inherit.
 */
public final class SsiProcess {
    /** Variable in which a child finds the VPid of its starter. */
    private static final String PARENT = "SSI_PARENT";

    /** Number the host's kernel knows this JVM by; 0 until the agent has set it. */
    private static volatile long own;
    /** Status that the normal end of the last thread stands for. */
    private static volatile int statusAtEnd;
    /** The thread whose death that is about; null stands for the JVM's own first thread. */
    private static volatile Thread main;

    /** Names of signals and the program's handlers, in turn, as the last image has them; travels with the process. */
    private static volatile Object[] signalHandlers = {};

    private static final Object STARTED = new Object();
    /** Guarded by STARTED. */
    private static boolean started;

    private SsiProcess() {}

    /** Once, by the agent. */
    public static void install(long hostId) {
        own = hostId;
    }

    /** A process number as the program shall see it: its own becomes the VPid, others stay. */
    public static long shownId(long id) {
        SsiHook.Handler handler = SsiHook.handler();
        if (handler == null || own == 0 || id != own) {
            return id;
        }
        long shown = handler.processId();
        return shown == 0 ? id : shown;
    }

    /** As {@link #shownId} for a number in decimal. */
    public static String shownText(String id) {
        return own != 0 && id.equals(Long.toString(own)) ? Long.toString(shownId(own)) : id;
    }

    /** The other way round: a program that names its VPid means this JVM. */
    public static long hostId(long id) {
        return own != 0 && id != own && id == shownId(own) ? own : id;
    }

    /** In place of VMManagementImpl.getProcessId. */
    public static int managedId(Object ignored) {
        return (int) shownId(own != 0 ? own : ProcessHandleImpl.current().pid());
    }

    /** A thread dies of an exception. Only the end of the main thread counts for the exit status. */
    public static void died(Thread thread, Throwable cause) {
        Thread first = main;
        if (first == null ? thread.threadId() == Thread.PRIMORDIAL_TID : thread == first) {
            statusAtEnd = 1;
        }
    }

    /**
     * In a JVM that a process moved into, once its threads are started and before any of them runs on.
     *
     * @param thread the process's main thread; null if that had ended
     */
    public static void started(Thread thread) {
        synchronized (STARTED) {
            main = thread;
            started = true;
            STARTED.notifyAll();
        }
    }

    /** Blocks until {@link #started}; the main thread. */
    public static Thread awaitStarted() throws InterruptedException {
        synchronized (STARTED) {
            while (!started) {
                STARTED.wait();
            }
            return main;
        }
    }

    /** 1 after the main thread died of an exception; travels with the process. */
    public static int statusAtEnd() {
        return statusAtEnd;
    }

    public static void statusAtEnd(int status) {
        statusAtEnd = status;
    }

    public static Object[] signalHandlers() {
        return signalHandlers;
    }

    public static void signalHandlers(Object[] handlers) {
        signalHandlers = handlers;
    }

    /** The JVM ends with this status, after its shutdown hooks. */
    public static void exiting(int status) {
        SsiHook.Handler handler = SsiHook.handler();
        if (handler != null) {
            handler.exiting(status);
        }
    }

    /** The last thread ended. */
    public static void ended() {
        exiting(statusAtEnd);
    }

    /** The environment of a child that is about to be started; null stands for this process's own. */
    public static Map<String, String> environment(Map<String, String> given) {
        SsiHook.Handler handler = SsiHook.handler();
        long number = handler == null || own == 0 ? 0 : handler.processId();
        if (number == 0) {
            return given;
        }
        // The map of the program's ProcessBuilder stays as the program left it.
        Map<String, String> copy;
        if (given == null) {
            copy = ProcessEnvironment.environment();
        } else {
            copy = ProcessEnvironment.emptyEnvironment(given.size() + 1);
            copy.putAll(given);
        }
        copy.put(PARENT, Long.toString(number));
        return copy;
    }
}
