package io.ssi.vproc.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.VPid;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.ProcessRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Those who wait for the end of a process. A row that vanishes without having been a zombie is a process lost with its node. */
final class Waiters {
    /** A row may be away for a moment while a split heals. */
    private static final long VANISHED_MILLIS = 2_000;

    private final RowView view;
    private final ScheduledExecutorService owner;
    private final Consumer<VPid> onLost;
    /** Guarded by this. */
    private final Map<Integer, List<CompletableFuture<ExitStatus>>> waiting = new HashMap<>();
    /** Guarded by this: where each process was last seen, for the message of its loss. */
    private final Map<Integer, Integer> lastNode = new HashMap<>();

    Waiters(RowView view, ScheduledExecutorService owner, Consumer<VPid> onLost) {
        this.view = view;
        this.owner = owner;
        this.onLost = onLost;
    }

    CompletableFuture<ExitStatus> waitFor(VPid vpid) {
        CompletableFuture<ExitStatus> end = new CompletableFuture<>();
        synchronized (this) {
            waiting.computeIfAbsent(vpid.value(), key -> new ArrayList<>()).add(end);
        }
        Optional<ProcessRow> now = view.row(vpid);
        if (now.isEmpty()) {
            forget(vpid, end);
            end.completeExceptionally(new SsiException(ErrorCode.NO_SUCH_PROCESS, "there is no process " + vpid + "; ssi-ps shows all"));
        } else {
            changed(vpid, now);
        }
        return end;
    }

    void changed(VPid vpid, Optional<ProcessRow> row) {
        if (row.isEmpty()) {
            try {
                owner.schedule(() -> vanished(vpid), VANISHED_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException closing) {
                return;
            }
        } else if (row.get().isZombie()) {
            complete(vpid, row.get().exit().orElseThrow());
        } else {
            synchronized (this) {
                if (waiting.containsKey(vpid.value())) {
                    lastNode.put(vpid.value(), row.get().node().number());
                }
            }
        }
    }

    private void vanished(VPid vpid) {
        if (view.row(vpid).isEmpty()) {
            Integer node;
            synchronized (this) {
                node = lastNode.get(vpid.value());
            }
            complete(vpid, ExitStatus.unknown(node == null ? "its node was lost" : "node " + node + " was lost"));
            onLost.accept(vpid);
        }
    }

    private void complete(VPid vpid, ExitStatus exit) {
        List<CompletableFuture<ExitStatus>> ends;
        synchronized (this) {
            ends = waiting.remove(vpid.value());
            lastNode.remove(vpid.value());
        }
        if (ends != null) {
            ends.forEach(end -> end.complete(exit));
        }
    }

    private synchronized void forget(VPid vpid, CompletableFuture<ExitStatus> end) {
        List<CompletableFuture<ExitStatus>> ends = waiting.get(vpid.value());
        if (ends != null && ends.remove(end) && ends.isEmpty()) {
            waiting.remove(vpid.value());
        }
    }
}
