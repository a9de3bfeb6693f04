package io.ssi;

import java.lang.reflect.InvocationTargetException;

/**
 * What a program may ask of the cluster it runs in. A program needs none of this to be moved; it compiles and runs without
 * a cluster, and is told so when it asks.
 */
public final class Ssi {
    private Ssi() {}

    /**
     * Moves this process to the node; returns when it runs there (at once if it does already). Blocks for as long as the
     * move takes. Safe to repeat.
     *
     * @throws IllegalStateException if there is no cluster or the move was refused; the message says why. The process goes on
     *     where it was.
     */
    public static void migrate(int node) {
        call("moveSelf", node);
    }

    /**
     * Number of the node this process runs on now. It may move at any time.
     *
     * @throws IllegalStateException if there is no cluster
     */
    public static int node() {
        return (Integer) call("node", null);
    }

    /**
     * Cluster-wide number of this process; never changes.
     *
     * @throws IllegalStateException if there is no cluster
     */
    public static long vpid() {
        return (Long) call("vpid", null);
    }

    private static Object call(String method, Integer argument) {
        try {
            Class<?> hook = Class.forName("java.lang.SsiHook");
            return argument == null ? hook.getMethod(method).invoke(null)
                    : hook.getMethod(method, int.class).invoke(null, argument);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("there is no cluster: start this program with java -javaagent:ssi-agent.jar", e);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException) {
                throw (RuntimeException) e.getCause();
            }
            throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the agent of this JVM has no " + method + "; use the ssi-api.jar of the same version", e);
        }
    }
}
