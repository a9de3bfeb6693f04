package io.ssi.vproc;

import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import java.util.Optional;

/**
 * The row of one process, as every node sees it. Written only by the daemon of {@code node}.
 *
 * @param parent VPid number of the parent, 0 when it has none in the cluster
 * @param osPid number the kernel of {@code node} gave its JVM
 * @param command main class or jar with its arguments
 * @param deputyNode node where its deputy holds the terminal, 0 when the process has its streams itself
 * @param exit empty unless the state is ZOMBIE
 */
public record ProcessRow(VPid vpid, int incarnation, int parent, NodeId node, long osPid, String user, ProcessState state, Usage usage,
        long startMillis, String command, String workDir, int deputyNode, Optional<ExitStatus> exit) {

    /** What it uses; cpuMillis counts the present JVM and those before its moves. */
    public record Usage(int threads, long cpuMillis, long heapBytes) {
        public static final Usage NONE = new Usage(0, 0, 0);
    }

    public ProcessRow withState(ProcessState newState) {
        return new ProcessRow(vpid, incarnation, parent, node, osPid, user, newState, usage, startMillis, command, workDir, deputyNode, exit);
    }

    public ProcessRow withUsage(Usage newUsage) {
        return new ProcessRow(vpid, incarnation, parent, node, osPid, user, state, newUsage, startMillis, command, workDir, deputyNode, exit);
    }

    public ProcessRow withParent(int newParent) {
        return new ProcessRow(vpid, incarnation, newParent, node, osPid, user, state, usage, startMillis, command, workDir, deputyNode, exit);
    }

    public ProcessRow ended(ExitStatus status) {
        return new ProcessRow(vpid, incarnation, parent, node, osPid, user, ProcessState.ZOMBIE, new Usage(0, usage.cpuMillis, 0), startMillis,
                command, workDir, deputyNode, Optional.of(status));
    }

    /** The row after a committed move: next incarnation, running on another node in another JVM. */
    public ProcessRow moved(NodeId to, long newOsPid, int newDeputyNode) {
        return new ProcessRow(vpid, incarnation + 1, parent, to, newOsPid, user, ProcessState.RUNNING, usage, startMillis, command, workDir,
                newDeputyNode, Optional.empty());
    }

    public boolean isZombie() {
        return state == ProcessState.ZOMBIE;
    }
}
