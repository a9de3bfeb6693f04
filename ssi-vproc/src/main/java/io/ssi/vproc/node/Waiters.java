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
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Those who wait for the end of a process. A process whose row is gone without having been a zombie is away with its node's daemon: it is
 * waited for as long as it may be back, see {@link Whereabouts}. Thread-safe.
 */
final class Waiters {
    /** Its row may be on its way for so long: the group answers at once, the table takes its time while it is spread anew. */
    private static final long MISSING_MILLIS = 5_000;

    private final RowView view;
    private final Whereabouts whereabouts;
    private final LongSupplier nanoTime;
    /** Guarded by this. */
    private final Map<Integer, List<Waiter>> waiting = new HashMap<>();

    private static final class Waiter {
        final CompletableFuture<ExitStatus> end = new CompletableFuture<>();
        final Consumer<String> onAway;
        /** It is known that there was such a process. */
        boolean seen;
        boolean told;
        /** Since when it is known to have ended and nothing says how, nanoTime. */
        OptionalLong endedSince = OptionalLong.empty();

        Waiter(Consumer<String> onAway) {
            this.onAway = onAway;
        }
    }

    Waiters(RowView view, Whereabouts whereabouts, LongSupplier nanoTime) {
        this.view = view;
        this.whereabouts = whereabouts;
        this.nanoTime = nanoTime;
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
                waiter.endedSince = OptionalLong.empty();
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
        boolean ended = away.isEmpty() || away.get().hasEnded();
        boolean never;
        boolean tell;
        boolean longAgo;
        synchronized (this) {
            never = away.isEmpty() && !waiter.seen;
            waiter.seen |= away.isPresent();
            tell = !ended && !waiter.told && !away.get().isSoonBack();
            waiter.told |= tell;
            long now = nanoTime.getAsLong();
            waiter.endedSince = ended ? OptionalLong.of(waiter.endedSince.orElse(now)) : OptionalLong.empty();
            longAgo = ended && now - waiter.endedSince.getAsLong() >= TimeUnit.MILLISECONDS.toNanos(MISSING_MILLIS);
        }
        if (never) {
            waiter.end.completeExceptionally(Whereabouts.none(vpid));
        } else if (longAgo || away.isPresent() && away.get().isLost()) {
            waiter.end.complete(ExitStatus.unknown(away.map(Whereabouts.Away::cause).orElse("nobody saw how it ended")));
        } else if (tell) {
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
