package io.ssi;

/**
 * What a program may ask of the cluster it runs in. A program needs none of this to be moved; it compiles and runs without
 * a cluster, and is told so when it asks.
 *
 * <p>The calls are direct: frames of reflection could not move.
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
        try {
            SsiHook.moveSelf(node);
        } catch (NoClassDefFoundError e) {
            throw noAgent(e);
        }
    }

    /**
     * Number of the node this process runs on now. It may move at any time.
     *
     * @throws IllegalStateException if there is no cluster
     */
    public static int node() {
        try {
            return SsiHook.node();
        } catch (NoClassDefFoundError e) {
            throw noAgent(e);
        }
    }

    /**
     * Cluster-wide number of this process; never changes.
     *
     * @throws IllegalStateException if there is no cluster
     */
    public static long vpid() {
        try {
            return SsiHook.vpid();
        } catch (NoClassDefFoundError e) {
            throw noAgent(e);
        }
    }

    private static IllegalStateException noAgent(NoClassDefFoundError cause) {
        return new IllegalStateException("there is no cluster: start this program with java -javaagent:ssi-agent.jar", cause);
    }
}
