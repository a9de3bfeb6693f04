package io.ssi.agent.rule;

import io.ssi.agent.rule.Rule.Action;
import io.ssi.agent.rule.Rule.Level;

/** Every method of the JDK that is woven. docs/compatibility.md is generated from it. */
public final class JdkRules {
    private static final String HOOK = "java/lang/SsiHook";
    private static final String PROCESS = "java/lang/SsiProcess";
    private static final String ENTRY = "java/lang/SsiEntry";
    private static final String TRACES = "java/lang/SsiTraces";
    private static final String LOCK_SUPPORT = "java/util/concurrent/locks/LockSupport";
    private static final String UNSAFE_PARK = "jdk/internal/misc/Unsafe.park(ZJ)V";
    private static final String HANDLE = "java/lang/ProcessHandleImpl";
    private static final String MANAGEMENT = "sun/management/VMManagementImpl";

    private static final String PARK_NOTE = "A thread parked here is woken for a move and goes on as after a spurious wake-up.";
    private static final String TRACE = "[Ljava/lang/StackTraceElement;";
    private static final String TRACE_NOTE = "Traces and stack walks read as if the thread had not moved.";
    private static final String RUN_NOTE = "A moved thread goes on where it was.";

    private static final Rule[] TABLE = {
        park(LOCK_SUPPORT, "park", "(Ljava/lang/Object;)V"),
        park(LOCK_SUPPORT, "parkNanos", "(Ljava/lang/Object;J)V"),
        park(LOCK_SUPPORT, "park", "()V"),
        park(LOCK_SUPPORT, "parkNanos", "(J)V"),
        park(LOCK_SUPPORT, "parkUntil", "(J)V"),
        park("java/util/concurrent/ForkJoinPool", "awaitWork", "(Ljava/util/concurrent/ForkJoinPool$WorkQueue;I)I"),
        park("java/util/concurrent/DelayScheduler", "loop", "(Ljava/util/concurrent/ForkJoinPool;)V"),
        new Rule("java/lang/Object", "wait", "(J)V", Action.TIME_WAIT, "", HOOK, "waited", "(Ljava/lang/Object;JJ)V", Level.FULL,
                "A waiting thread moves and waits there for what is left of its time."),
        new Rule("java/lang/Thread", "sleepNanos", "(J)V", Action.REPLACE_CALL, "java/lang/Thread.sleepNanos0(J)V", HOOK, "sleep",
                "(J)V", Level.FULL, "A sleeping thread moves and sleeps there for what is left of its time."),
        new Rule("java/lang/Thread", "run", "()V", Action.LEAVE_IF, "", ENTRY, "entering", "(Ljava/lang/Object;)Z", Level.FULL,
                RUN_NOTE),
        new Rule("java/lang/Thread", "dispatchUncaughtException", "(Ljava/lang/Throwable;)V", Action.AT_ENTRY, "", PROCESS, "died",
                "(Ljava/lang/Thread;Ljava/lang/Throwable;)V", Level.FULL,
                "The exit status is 1 wherever the main thread dies of an exception."),
        new Rule("java/lang/Shutdown", "halt", "(I)V", Action.AT_ENTRY, "", PROCESS, "exiting", "(I)V", Level.FULL,
                "Runtime.exit and Runtime.halt: the cluster keeps the exit status for whoever waits."),
        new Rule("java/lang/Shutdown", "shutdown", "()V", Action.AT_RETURN, "", PROCESS, "ended", "()V", Level.FULL,
                "The end of the last thread: exit status 0, or 1 when main died of an exception."),
        new Rule("java/lang/invoke/InnerClassLambdaMetafactory", "spinInnerClass", "()Ljava/lang/Class;", Action.MAP_RESULT, "",
                HOOK, "lambda", "(Ljava/lang/Class;Ljava/lang/Object;)Ljava/lang/Class;", Level.FULL,
                "Lambdas move: how each was made is recorded."),
        new Rule(HANDLE, "pid", "()J", Action.MAP_RESULT, "", PROCESS, "shownId", "(J)J", Level.PARTIAL,
                "ProcessHandle.current().pid() is the VPid for life; handles of other processes are still the host's."),
        new Rule(HANDLE, "toString", "()Ljava/lang/String;", Action.MAP_RESULT, "", PROCESS, "shownText",
                "(Ljava/lang/String;)Ljava/lang/String;", Level.FULL, "As ProcessHandle.pid."),
        new Rule(HANDLE, "get", "(J)Ljava/util/Optional;", Action.MAP_ARGUMENT, "", PROCESS, "hostId", "(J)J", Level.PARTIAL,
                "ProcessHandle.of(VPid of this process) is this process; other numbers are still the host's."),
        new Rule(MANAGEMENT, "getVmId", "()Ljava/lang/String;", Action.REPLACE_CALL,
                "sun/management/VMManagementImpl.getProcessId()I", PROCESS, "managedId", "(Ljava/lang/Object;)I", Level.FULL,
                "RuntimeMXBean.getName starts with the VPid; getPid is ProcessHandle.current().pid()."),
        new Rule("java/lang/ProcessImpl", "start", "([Ljava/lang/String;Ljava/util/Map;Ljava/lang/String;"
                + "[Ljava/lang/ProcessBuilder$Redirect;Z)Ljava/lang/Process;", Action.MAP_ARGUMENT, "", PROCESS, "environment",
                "(Ljava/util/Map;)Ljava/util/Map;", Level.PARTIAL, "A child finds SSI_PARENT, the VPid of its starter, in its"
                + " environment; it is a cluster process if it is started under the agent."),
        new Rule("sun/nio/ch/UnixDomainSockets", "<clinit>", "()V", Action.REPLACE_CALL,
                "sun/nio/ch/UnixDomainSockets.getRandom()Ljava/util/Random;", "java/lang/SsiRandom", "later", "()Ljava/util/Random;",
                Level.FULL, "The generator of names for unbound sockets is made when it is first used, which spares every start its"
                + " 20 ms: the agent reaches its daemon by such a socket."),
        trace("java/lang/Thread", "getStackTrace", "()" + TRACE, Action.MAP_RESULT, "trace", "(" + TRACE + ")" + TRACE),
        trace("java/lang/Thread", "getAllStackTraces", "()Ljava/util/Map;", Action.MAP_RESULT, "traces", "(Ljava/util/Map;)Ljava/util/Map;"),
        trace("java/lang/management/ThreadInfo", "initialize", "(Ljava/lang/Thread;ILjava/lang/Object;Ljava/lang/Thread;JJJJ" + TRACE
                + "[Ljava/lang/management/MonitorInfo;[Ljava/lang/management/LockInfo;)V", Action.AT_RETURN, "info", "(Ljava/lang/Object;)V"),
    };

    /** Thread classes of the JDK that a moved thread can have; woven only in a JVM that a process moves into. */
    private static final Rule[] LANDING = {
        landing("jdk/internal/misc/InnocuousThread"),
        landing("java/util/concurrent/ForkJoinWorkerThread"),
        landing("java/util/concurrent/DelayScheduler"),
        landing("java/util/TimerThread"),
        trace("java/lang/StackTraceElement", "of", "(" + TRACE + ")" + TRACE, Action.MAP_RESULT, "trace", "(" + TRACE + ")" + TRACE),
        trace("java/lang/StackTraceElement", "of", "(Ljava/lang/StackFrameInfo;)Ljava/lang/StackTraceElement;", Action.MAP_RESULT,
                "element", "(Ljava/lang/StackTraceElement;)Ljava/lang/StackTraceElement;"),
        trace("java/lang/StackFrameInfo", "getMethodName", "()Ljava/lang/String;", Action.MAP_RESULT, "original",
                "(Ljava/lang/String;)Ljava/lang/String;"),
        trace("java/lang/StackFrameInfo", "getMethodType", "()Ljava/lang/invoke/MethodType;", Action.MAP_RESULT, "type",
                "(Ljava/lang/invoke/MethodType;Ljava/lang/StackFrameInfo;)Ljava/lang/invoke/MethodType;"),
        trace("java/lang/StackStreamFactory$FrameBuffer", "setBatch", "(III)V", Action.AT_RETURN, "cut",
                "(Ljava/lang/StackStreamFactory$FrameBuffer;)V"),
        new Rule("java/lang/Class", "privateGetDeclaredMethods", "(Z)[Ljava/lang/reflect/Method;", Action.REPLACE_CALL,
                "jdk/internal/reflect/Reflection.filterMethods(Ljava/lang/Class;[Ljava/lang/reflect/Method;)[Ljava/lang/reflect/Method;",
                TRACES, "methods", "(Ljava/lang/Class;[Ljava/lang/reflect/Method;)[Ljava/lang/reflect/Method;", Level.FULL,
                "Methods that a move added to a class are not shown."),
    };

    private static final String CONCURRENT = "java/util/concurrent/";
    private static final String LOCKS = CONCURRENT + "locks/";

    /** Classes of the JDK that keep deadlines by System.nanoTime: in a landing JVM they ask the program's clock. */
    private static final String[] CLOCKED = {
        "java/lang/Process", "java/lang/Thread", "java/lang/ref/ReferenceQueue", CONCURRENT + "AbstractExecutorService",
        CONCURRENT + "CompletableFuture", CONCURRENT + "CompletableFuture$Signaller", CONCURRENT + "DelayScheduler",
        CONCURRENT + "Exchanger", CONCURRENT + "ForkJoinPool", CONCURRENT + "ForkJoinTask", CONCURRENT + "FutureTask",
        CONCURRENT + "LinkedTransferQueue$DualNode", CONCURRENT + "Phaser$QNode", CONCURRENT + "ScheduledThreadPoolExecutor",
        CONCURRENT + "ScheduledThreadPoolExecutor$ScheduledFutureTask", CONCURRENT + "SubmissionPublisher$BufferedSubscription",
        CONCURRENT + "ThreadPerTaskExecutor", LOCKS + "AbstractQueuedLongSynchronizer",
        LOCKS + "AbstractQueuedLongSynchronizer$ConditionObject", LOCKS + "AbstractQueuedSynchronizer",
        LOCKS + "AbstractQueuedSynchronizer$ConditionObject", LOCKS + "StampedLock", "jdk/internal/misc/ThreadFlock",
    };

    private JdkRules() {}

    /** Internal names; callers do not change the array. */
    public static String[] clocked() {
        return CLOCKED;
    }

    public static boolean isClocked(String owner) {
        for (String clocked : CLOCKED) {
            if (clocked.equals(owner)) {
                return true;
            }
        }
        return false;
    }

    /** All rules; callers do not change the array. */
    public static Rule[] table() {
        return TABLE;
    }

    /** More rules of a landing JVM. */
    public static Rule[] landing() {
        return LANDING;
    }

    /** True if some rule is about the class. */
    public static boolean concerns(String owner, boolean inLanding) {
        return has(TABLE, owner) || inLanding && (has(LANDING, owner) || isClocked(owner));
    }

    private static boolean has(Rule[] rules, String owner) {
        for (Rule rule : rules) {
            if (rule.owner().equals(owner)) {
                return true;
            }
        }
        return false;
    }

    private static Rule park(String owner, String method, String descriptor) {
        return new Rule(owner, method, descriptor, Action.REPLACE_CALL, UNSAFE_PARK, HOOK, "park",
                "(Ljdk/internal/misc/Unsafe;ZJ)V", Level.FULL, PARK_NOTE);
    }

    private static Rule landing(String owner) {
        return new Rule(owner, "run", "()V", Action.LEAVE_IF, "", ENTRY, "entering", "(Ljava/lang/Object;)Z", Level.FULL, RUN_NOTE);
    }

    private static Rule trace(String owner, String method, String descriptor, Action action, String hook, String hookDescriptor) {
        return new Rule(owner, method, descriptor, action, "", TRACES, hook, hookDescriptor, Level.FULL, TRACE_NOTE);
    }
}
