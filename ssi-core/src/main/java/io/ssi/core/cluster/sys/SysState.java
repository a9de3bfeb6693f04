package io.ssi.core.cluster.sys;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * Everything the group decided: node numbers, blocks of process numbers, the place of every process, fenced keys.
 * {@link #apply} is deterministic: the same commands at the same commit indices give the same state and answers everywhere.
 *
 * <p>Answers are remembered by request id for the last {@value #ANSWERED_MAX} commands, so a repeated command changes nothing. At the
 * group's best rate (about 1000 commands a second) that is 8 s, longer than any caller repeats (5 s); a move is recognised for as
 * long as its row stands, because the row keeps the request id that made it. Not thread-safe.
 */
public final class SysState {
    public static final int ANSWERED_MAX = 8192;
    public static final int PLACES_MAX = 500_000;
    public static final int KEYS_MAX = 65_536;
    public static final int KEY_VALUE_BYTES_MAX = 16 * 1024;

    public record NodeRow(UUID uuid, String name, String address) {}

    /** attempt: grows with each veto; byRequest: the command that put the process here. */
    public record PlaceState(int node, int incarnation, int attempt, long byRequest) {}

    public record KeyState(long fence, byte[] value) {
        @Override
        public boolean equals(Object other) {
            return other instanceof KeyState key && key.fence == fence && java.util.Arrays.equals(key.value, value);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(fence);
        }
    }

    final SortedMap<Integer, NodeRow> nodes = new TreeMap<>();
    final SortedMap<Integer, Integer> nextSequence = new TreeMap<>();
    final SortedMap<Integer, PlaceState> places = new TreeMap<>();
    final SortedMap<String, KeyState> keys = new TreeMap<>();
    final LinkedHashMap<Long, SysAnswer> answered = new LinkedHashMap<>();
    int lastNumber;
    long commitIndex;

    private final SysListener listener;

    public SysState(SysListener listener) {
        this.listener = listener;
    }

    /** Applies one committed command; the index must be higher than all before, except for a read. */
    public SysAnswer apply(long index, SysCommand command) {
        if (command instanceof SysCommand.ReadPlace read) {
            return row(read.vpid());
        }
        if (command instanceof SysCommand.ReadKey read) {
            KeyState key = keys.get(read.key());
            return key == null ? new SysAnswer.Fenced(true, 0, new byte[0]) : new SysAnswer.Fenced(true, key.fence(), key.value());
        }
        if (command instanceof SysCommand.ReadNodes) {
            return new SysAnswer.Nodes(nodes());
        }
        require(index > commitIndex, "commit index " + index + " is not above " + commitIndex);
        commitIndex = index;
        if (command instanceof SysCommand.NoOperation) {
            return new SysAnswer.Done();
        }
        SysAnswer before = answered.get(command.requestId());
        if (before != null) {
            return before;
        }
        SysAnswer answer = decide(command);
        answered.put(command.requestId(), answer);
        if (answered.size() > ANSWERED_MAX) {
            answered.pollFirstEntry();
        }
        return answer;
    }

    private SysAnswer row(int vpid) {
        PlaceState place = places.get(vpid);
        return place == null ? new SysAnswer.Done() : new SysAnswer.PlaceRow(vpid, place.node(), place.incarnation(), place.attempt(), place.byRequest());
    }

    private SysAnswer decide(SysCommand command) {
        return switch (command) {
            case SysCommand.RegisterNode register -> register(register);
            case SysCommand.RemoveNode remove -> remove(remove);
            case SysCommand.VPidBlock block -> block(block);
            case SysCommand.PlaceBorn born -> born(born);
            case SysCommand.PlaceMove move -> move(move);
            case SysCommand.PlaceVeto veto -> veto(veto);
            case SysCommand.PlaceGone gone -> gone(gone);
            case SysCommand.SetKey set -> setKey(set);
            case SysCommand.ReadPlace _, SysCommand.ReadKey _, SysCommand.ReadNodes _, SysCommand.NoOperation _ -> throw new IllegalStateException("answered above");
        };
    }

    private SysAnswer register(SysCommand.RegisterNode command) {
        int number = 0;
        for (Map.Entry<Integer, NodeRow> entry : nodes.entrySet()) {
            if (entry.getValue().uuid().equals(command.uuid())) {
                number = entry.getKey();
            }
        }
        if (number == 0) {
            if (lastNumber == NodeId.MAX) {
                return new SysAnswer.Refused(ErrorCode.LIMIT, "all " + NodeId.MAX + " node numbers are given; numbers of removed nodes are not given again");
            }
            number = ++lastNumber;
        }
        NodeRow row = new NodeRow(command.uuid(), command.name(), command.address());
        require(nodes.containsKey(number) || number == lastNumber, "node number " + number + " given twice");
        if (!row.equals(nodes.put(number, row))) {
            listener.node(number, row);
        }
        return new SysAnswer.Number(number);
    }

    private SysAnswer remove(SysCommand.RemoveNode command) {
        if (nodes.size() == 1 && nodes.containsKey(command.node())) {
            return new SysAnswer.Refused(ErrorCode.BAD_ARGUMENT, "node " + command.node() + " is the only one and cannot be removed");
        }
        if (nodes.remove(command.node()) != null) {
            listener.node(command.node(), null);
        }
        return new SysAnswer.Done();
    }

    private SysAnswer block(SysCommand.VPidBlock command) {
        if (!nodes.containsKey(command.origin())) {
            return new SysAnswer.Refused(ErrorCode.NO_SUCH_NODE, "node " + command.origin() + " is not registered and gets no process numbers");
        }
        if (command.count() < 1 || command.count() > VPid.PER_NODE / 10) {
            return new SysAnswer.Refused(ErrorCode.BAD_ARGUMENT, "a block of " + command.count() + " process numbers; use 1.." + VPid.PER_NODE / 10);
        }
        int first = nextSequence.getOrDefault(command.origin(), 1);
        // After the last number the count starts again, past numbers that still live.
        for (int tried = 0; tried < VPid.PER_NODE; tried += command.count()) {
            if (first + command.count() > VPid.PER_NODE) {
                first = 1;
            }
            int from = command.origin() * VPid.PER_NODE + first;
            if (places.subMap(from, from + command.count()).isEmpty()) {
                nextSequence.put(command.origin(), first + command.count());
                return new SysAnswer.Number(first);
            }
            first += command.count();
        }
        return new SysAnswer.Refused(ErrorCode.LIMIT, "node " + command.origin() + " has no " + command.count() + " process numbers in a row left");
    }

    private SysAnswer born(SysCommand.PlaceBorn command) {
        PlaceState now = places.get(command.vpid());
        if (now != null) {
            return now.node() == command.node() && now.incarnation() == command.incarnation() ? new SysAnswer.Done()
                    : new SysAnswer.Refused(ErrorCode.STALE_INCARNATION, "process " + command.vpid() + " lives on node " + now.node()
                            + " (incarnation " + now.incarnation() + ") and cannot be born on node " + command.node());
        }
        if (places.size() >= PLACES_MAX) {
            return new SysAnswer.Refused(ErrorCode.LIMIT, "the cluster has " + PLACES_MAX + " processes, more are not possible");
        }
        put(command.vpid(), new PlaceState(command.node(), command.incarnation(), 0, command.requestId()));
        return new SysAnswer.Done();
    }

    private SysAnswer move(SysCommand.PlaceMove command) {
        PlaceState now = places.get(command.vpid());
        if (now != null && now.byRequest() == command.requestId() && now.node() == command.to()) {
            return new SysAnswer.Decided(true);
        }
        if (now == null || now.node() != command.node() || now.incarnation() != command.incarnation() || now.attempt() != command.attempt()
                || !nodes.containsKey(command.to())) {
            return new SysAnswer.Decided(false);
        }
        put(command.vpid(), new PlaceState(command.to(), command.incarnation() + 1, 0, command.requestId()));
        return new SysAnswer.Decided(true);
    }

    private SysAnswer veto(SysCommand.PlaceVeto command) {
        PlaceState now = places.get(command.vpid());
        if (now != null && now.node() == command.node() && now.incarnation() == command.incarnation()) {
            PlaceState next = new PlaceState(now.node(), now.incarnation(), now.attempt() + 1, now.byRequest());
            places.put(command.vpid(), next);
            listener.place(command.vpid(), next);
        }
        return row(command.vpid());
    }

    private void put(int vpid, PlaceState place) {
        PlaceState before = places.put(vpid, place);
        // DESIGN 11.1: at most one running copy. A row only ever changes to a higher incarnation.
        require(before == null || before.incarnation() < place.incarnation(), "incarnation of process " + vpid + " did not grow");
        listener.place(vpid, place);
    }

    private SysAnswer gone(SysCommand.PlaceGone command) {
        PlaceState now = places.get(command.vpid());
        if (now != null && now.incarnation() <= command.incarnation()) {
            places.remove(command.vpid());
            listener.place(command.vpid(), null);
        }
        return new SysAnswer.Done();
    }

    private SysAnswer setKey(SysCommand.SetKey command) {
        KeyState now = keys.get(command.key());
        long fence = now == null ? 0 : now.fence();
        if (fence != command.expectedFence()) {
            return new SysAnswer.Fenced(false, fence, now == null ? new byte[0] : now.value());
        }
        if (command.value().length > KEY_VALUE_BYTES_MAX || (now == null && keys.size() >= KEYS_MAX)) {
            return new SysAnswer.Refused(ErrorCode.LIMIT, "key " + command.key() + " with " + command.value().length + " bytes exceeds "
                    + KEY_VALUE_BYTES_MAX + " bytes or " + KEYS_MAX + " keys");
        }
        require(commitIndex > fence, "fence of " + command.key() + " did not grow");
        if (command.value().length == 0) {
            keys.remove(command.key());
        } else {
            keys.put(command.key(), new KeyState(commitIndex, command.value()));
        }
        return new SysAnswer.Fenced(true, commitIndex, command.value());
    }

    // ---- reading, on the applying thread

    public long commitIndex() {
        return commitIndex;
    }

    public SortedMap<Integer, NodeRow> nodes() {
        return new TreeMap<>(nodes);
    }

    public SortedMap<Integer, PlaceState> places() {
        return new TreeMap<>(places);
    }

    // ---- snapshot

    public byte[] snapshot() {
        return SysSnapshot.write(this);
    }

    /** Replaces everything by a snapshot and tells the listener what is different now. Throws BAD_CONFIG for bytes that are none. */
    public void restore(byte[] snapshot) {
        SortedMap<Integer, NodeRow> nodesBefore = nodes();
        SortedMap<Integer, PlaceState> placesBefore = places();
        SysSnapshot.read(snapshot, this);
        tell(nodesBefore, nodes, listener::node);
        tell(placesBefore, places, listener::place);
    }

    /** Calls with (key, value) for what is new or other than before, with (key, null) for what is gone. */
    public static <V> void tell(SortedMap<Integer, V> before, SortedMap<Integer, V> now, BiConsumer<Integer, V> changed) {
        before.keySet().stream().filter(key -> !now.containsKey(key)).forEach(key -> changed.accept(key, null));
        now.forEach((key, value) -> {
            if (!Objects.equals(before.get(key), value)) {
                changed.accept(key, value);
            }
        });
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException("broken invariant of the cluster's state: " + otherwise);
        }
    }
}
