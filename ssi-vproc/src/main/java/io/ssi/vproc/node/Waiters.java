package io.ssi.vproc.node;

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
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Those who wait for the end of a process. A process whose row is gone without having been a zombie is away with its node's daemon: it is
 * waited for as long as it may be back, see {@link Whereabouts}. Thread-safe.
 */
final class Waiters {
    /** A row may be away for a moment while a split heals, or where the word of a new one has not come to. */
    private static final long MISSING_MILLIS = 5_000;

    private final RowView view;
    private final Whereabouts whereabouts;
    /** Guarded by this. */
    private final Map<Integer, List<Waiter>> waiting = new HashMap<>();

    private static final class Waiter {
        final CompletableFuture<ExitStatus> end = new CompletableFuture<>();
        final Consumer<String> onAway;
        /** It is known that there was such a process. */
        boolean seen;
        boolean told;
        /** Since when its row is away, nanoTime; 0 if it is not. */
        long absentSince;

        Waiter(Consumer<String> onAway) {
            this.onAway = onAway;
        }
    }

    Waiters(RowView view, Whereabouts whereabouts) {
        this.view = view;
        this.whereabouts = whereabouts;
    }

    /**
     * Completes with how the process ended; fails with NO_SUCH_PROCESS. Whoever waits no more completes it.
     *
     * @param onAway gets a sentence when it is out of reach, once
     */
    CompletableFuture<ExitStatus> waitFor(VPid vpid, Consumer<String> onAway) {
        Waiter waiter = new Waiter(onAway);
        synchronized (this) {
            waiting.computeIfAbsent(vpid.value(), key -> new ArrayList<>()).add(waiter);
        }
        waiter.end.whenComplete((exit, failure) -> forget(vpid, waiter));
        look(vpid);
        return waiter.end;
    }

    void changed(ProcessRow row) {
        for (Waiter waiter : of(row.vpid())) {
            synchronized (this) {
                waiter.seen = true;
                waiter.told = false;
                waiter.absentSince = 0;
            }
            row.exit().ifPresent(waiter.end::complete);
        }
    }

    /** Again and again: looks for those that have no row. */
    void tick() {
        List<Integer> numbers;
        synchronized (this) {
            numbers = List.copyOf(waiting.keySet());
        }
        numbers.forEach(number -> look(new VPid(number)));
    }

    private void look(VPid vpid) {
        Optional<ProcessRow> row = view.row(vpid);
        if (row.isPresent()) {
            changed(row.get());
            return;
        }
        whereabouts.away(vpid).thenAccept(away -> {
            if (view.row(vpid).isEmpty()) {
                of(vpid).forEach(waiter -> absent(vpid, waiter, away));
            }
        });
    }

    private void absent(VPid vpid, Waiter waiter, Optional<Whereabouts.Away> away) {
        boolean seen;
        boolean told;
        boolean longAgo;
        synchronized (this) {
            waiter.absentSince = waiter.absentSince == 0 ? System.nanoTime() : waiter.absentSince;
            longAgo = System.nanoTime() - waiter.absentSince >= TimeUnit.MILLISECONDS.toNanos(MISSING_MILLIS);
            seen = waiter.seen;
            waiter.seen |= away.isPresent();
            told = waiter.told;
            waiter.told |= away.isPresent();
        }
        if (away.isEmpty()) {
            if (seen) {
                waiter.end.complete(ExitStatus.unknown("nobody saw how it ended"));
            } else {
                waiter.end.completeExceptionally(Whereabouts.none(vpid));
            }
        } else if (away.get().isLost() || longAgo && away.get().hasEnded()) {
            waiter.end.complete(ExitStatus.unknown(away.get().cause()));
        } else if (!told) {
            waiter.onAway.accept(away.get().sentence());
        }
    }

    private synchronized List<Waiter> of(VPid vpid) {
        return List.copyOf(waiting.getOrDefault(vpid.value(), List.of()));
    }

    private synchronized void forget(VPid vpid, Waiter waiter) {
        List<Waiter> all = waiting.get(vpid.value());
        if (all != null && all.remove(waiter) && all.isEmpty()) {
            waiting.remove(vpid.value());
        }
    }
}
