package io.ssi.node.jmx;

import io.ssi.core.error.SsiException;
import io.ssi.core.id.VPid;
import io.ssi.node.admin.Moves;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.Signals;
import io.ssi.vproc.node.SignalRouter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** Reads the row anew for each attribute. Acts as the daemon's user, who alone may attach. */
final class ProcessBean implements ProcessMXBean {
    private static final Duration WAIT = Duration.ofSeconds(5);

    private final VPid vpid;
    private final Function<VPid, Optional<ProcessRow>> rows;
    private final SignalRouter signals;
    private final Moves moves;

    ProcessBean(VPid vpid, Function<VPid, Optional<ProcessRow>> rows, SignalRouter signals, Moves moves) {
        this.vpid = vpid;
        this.rows = rows;
        this.signals = signals;
        this.moves = moves;
    }

    private ProcessRow row() {
        return rows.apply(vpid).orElseThrow(() -> new IllegalStateException("process " + vpid + " has ended"));
    }

    @Override
    public int getVPid() {
        return vpid.value();
    }

    @Override
    public int getParent() {
        return row().parent();
    }

    @Override
    public int getNode() {
        return row().node().number();
    }

    @Override
    public int getOrigin() {
        return vpid.origin().number();
    }

    @Override
    public long getOsPid() {
        return row().osPid();
    }

    @Override
    public String getUser() {
        return row().user();
    }

    @Override
    public String getState() {
        return row().state().name();
    }

    @Override
    public int getThreads() {
        return row().usage().threads();
    }

    @Override
    public long getCpuMillis() {
        return row().usage().cpuMillis();
    }

    @Override
    public long getHeapBytes() {
        return row().usage().heapBytes();
    }

    @Override
    public String getCommand() {
        return row().command();
    }

    @Override
    public int getIncarnation() {
        return row().incarnation();
    }

    @Override
    public String migrate(int node) {
        try {
            return await(moves.move(vpid, Integer.toString(node), System.getProperty("user.name"), WAIT, step -> { }));
        } catch (SsiException wrong) {
            throw plain(wrong);
        }
    }

    @Override
    public void kill(String signal) {
        try {
            await(signals.signal(vpid, Signals.parse(signal == null ? "" : signal), System.getProperty("user.name")));
        } catch (SsiException wrong) {
            throw plain(wrong);
        }
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw plain(e.getCause());
        }
    }

    /** Only classes of the JDK, because a console does not have ours. */
    private static IllegalStateException plain(Throwable cause) {
        return new IllegalStateException(cause.getMessage());
    }
}
