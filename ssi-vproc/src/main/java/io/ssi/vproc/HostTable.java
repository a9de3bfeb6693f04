package io.ssi.vproc;

import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The processes that one daemon hosts, as a pure state machine: (state, event, now) to (state, effects). It knows no clock,
 * thread or connection. Not thread-safe; the service owns it with one thread.
 *
 * <p>Every event about a process carries its incarnation, and one of another incarnation changes nothing: after a move the old
 * host may still hear of the JVM it released.
 */
public final class HostTable {
    /** How long an exit status is kept for those who wait. */
    public static final long ZOMBIE_MILLIS = 30_000;
    /** After its start a daemon leaves its old rows alone for so long, until programs had time to connect again. */
    public static final long ADOPTION_MILLIS = 10_000;
    /** Used heap that changed by less than this is not worth a message. */
    private static final long HEAP_STEP_BYTES = 1 << 20;

    private final NodeId self;
    private final long startedMillis;
    private final Map<Integer, Entry> entries = new TreeMap<>();

    private static final class Entry {
        ProcessRow row;
        ProcessRow put;
        Optional<ExitStatus> announced = Optional.empty();
        boolean stopped;
        long endedMillis;
        /** CPU time of the JVMs before the last move. */
        final long cpuBefore;

        Entry(ProcessRow row, long cpuBefore) {
            this.row = row;
            this.cpuBefore = cpuBefore;
        }
    }

    public HostTable(NodeId self, long nowMillis) {
        this.self = self;
        this.startedMillis = nowMillis;
    }

    public List<HostEffect> apply(HostEvent event, long nowMillis) {
        List<HostEffect> effects = new ArrayList<>();
        switch (event) {
            case HostEvent.Born born -> {
                effects.add(new HostEffect.PlaceBorn(born.row().vpid()));
                enter(born.row(), 0, effects);
            }
            case HostEvent.Readopted again -> enter(again.row(), again.row().usage().cpuMillis(), effects);
            case HostEvent.Arrived arrived -> enter(arrived.row(), arrived.row().usage().cpuMillis(), effects);
            case HostEvent.Departed departed -> find(departed.vpid(), departed.incarnation())
                    .ifPresent(entry -> entries.remove(departed.vpid().value()));
            case HostEvent.Sampled sampled -> find(sampled.vpid(), sampled.incarnation()).ifPresent(entry -> sampled(entry, sampled, effects));
            case HostEvent.MoveBegun begun -> find(begun.vpid(), begun.incarnation())
                    .ifPresent(entry -> change(entry, entry.row.withState(ProcessState.MOVING), effects));
            case HostEvent.MoveUndecided open -> find(open.vpid(), open.incarnation()).filter(entry -> entry.row.state().isMoving())
                    .ifPresent(entry -> change(entry, entry.row.withState(ProcessState.UNDECIDED), effects));
            case HostEvent.MoveOff off -> find(off.vpid(), off.incarnation())
                    .ifPresent(entry -> change(entry, entry.row.withState(live(entry)), effects));
            case HostEvent.Exiting exiting -> find(exiting.vpid(), exiting.incarnation())
                    .ifPresent(entry -> entry.announced = Optional.of(ExitStatus.exited(exiting.status())));
            case HostEvent.Gone gone -> find(gone.vpid(), gone.incarnation()).ifPresent(entry -> gone(entry, gone.seen(), nowMillis, effects));
            case HostEvent.ParentGone parent -> orphan(parent.vpid(), effects);
            case HostEvent.TableSeen table -> heal(table.claims(), nowMillis, effects);
            case HostEvent.Merged merged -> entries.values().forEach(entry -> effects.add(new HostEffect.PutRow(entry.row)));
            case HostEvent.Tick tick -> forgetZombies(nowMillis, effects);
        }
        return effects;
    }

    /** The row of a process hosted here, also a zombie. */
    public Optional<ProcessRow> row(VPid vpid) {
        return Optional.ofNullable(entries.get(vpid.value())).map(entry -> entry.row);
    }

    public Collection<ProcessRow> rows() {
        List<ProcessRow> rows = new ArrayList<>();
        entries.values().forEach(entry -> rows.add(entry.row));
        return rows;
    }

    private void enter(ProcessRow row, long cpuBefore, List<HostEffect> effects) {
        Entry present = entries.get(row.vpid().value());
        if (present != null && present.row.incarnation() > row.incarnation()) {
            return;
        }
        Entry entry = new Entry(row, cpuBefore);
        entries.put(row.vpid().value(), entry);
        put(entry, effects);
    }

    private Optional<Entry> find(VPid vpid, int incarnation) {
        return Optional.ofNullable(entries.get(vpid.value()))
                .filter(entry -> entry.row.incarnation() == incarnation && !entry.row.isZombie());
    }

    private static ProcessState live(Entry entry) {
        return entry.stopped ? ProcessState.STOPPED : ProcessState.RUNNING;
    }

    private void sampled(Entry entry, HostEvent.Sampled sampled, List<HostEffect> effects) {
        entry.stopped = sampled.stopped();
        ProcessRow.Usage usage = new ProcessRow.Usage(sampled.usage().threads(), entry.cpuBefore + sampled.usage().cpuMillis(),
                sampled.usage().heapBytes());
        ProcessRow row = entry.row.withUsage(usage);
        if (!row.state().isMoving()) {
            row = row.withState(live(entry));
        }
        entry.row = row;
        // While it moves nothing is put: a late put of the old host must not overwrite the first one of the new host.
        if (!row.state().isMoving() && worthTelling(entry.put, row)) {
            put(entry, effects);
        }
    }

    private static boolean worthTelling(ProcessRow told, ProcessRow now) {
        return told.state() != now.state() || told.usage().threads() != now.usage().threads()
                || told.usage().cpuMillis() != now.usage().cpuMillis()
                || Math.abs(told.usage().heapBytes() - now.usage().heapBytes()) >= HEAP_STEP_BYTES;
    }

    private void change(Entry entry, ProcessRow row, List<HostEffect> effects) {
        entry.row = row;
        put(entry, effects);
    }

    private void put(Entry entry, List<HostEffect> effects) {
        entry.put = entry.row;
        effects.add(new HostEffect.PutRow(entry.row));
    }

    private void gone(Entry entry, ExitStatus seen, long nowMillis, List<HostEffect> effects) {
        // 128 + n is seen both for signal n and for such an exit status; the process said which. A KILL after its last word wins.
        boolean killed = seen.signal() == Signals.KILL && !entry.announced.equals(Optional.of(ExitStatus.exited(seen.status())));
        ExitStatus status = killed ? seen : entry.announced.orElse(seen);
        entry.endedMillis = nowMillis;
        change(entry, entry.row.ended(status), effects);
        effects.add(new HostEffect.PlaceGone(entry.row.vpid(), entry.row.incarnation()));
        effects.add(new HostEffect.Ended(entry.row));
        orphan(entry.row.vpid().value(), effects);
    }

    private void orphan(int parent, List<HostEffect> effects) {
        for (Entry entry : entries.values()) {
            if (entry.row.parent() == parent && !entry.row.isZombie()) {
                change(entry, entry.row.withParent(0), effects);
            }
        }
    }

    private void heal(Map<Integer, HostEvent.Claim> claims, long nowMillis, List<HostEffect> effects) {
        for (Entry entry : entries.values()) {
            HostEvent.Claim claim = claims.get(entry.row.vpid().value());
            boolean mine = claim != null && claim.owner() == self.number() && claim.incarnation() == entry.row.incarnation();
            boolean newer = claim != null && claim.incarnation() > entry.row.incarnation();
            if (!mine && !newer && !entry.row.state().isMoving()) {
                put(entry, effects);
            }
        }
        if (nowMillis - startedMillis < ADOPTION_MILLIS) {
            return;
        }
        new TreeMap<>(claims).forEach((vpid, claim) -> {
            if (claim.owner() == self.number() && !entries.containsKey(vpid)) {
                effects.add(new HostEffect.RemoveRow(new VPid(vpid), claim.incarnation()));
                effects.add(new HostEffect.PlaceGone(new VPid(vpid), claim.incarnation()));
            }
        });
    }

    private void forgetZombies(long nowMillis, List<HostEffect> effects) {
        for (Iterator<Entry> i = entries.values().iterator(); i.hasNext();) {
            Entry entry = i.next();
            if (entry.row.isZombie() && nowMillis - entry.endedMillis >= ZOMBIE_MILLIS) {
                i.remove();
                effects.add(new HostEffect.RemoveRow(entry.row.vpid(), entry.row.incarnation()));
            }
        }
    }
}
