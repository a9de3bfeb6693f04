package io.ssi.migrate;

import java.util.HashMap;
import java.util.Map;

/** The row of one process as the Raft group keeps it (io.ssi.core.cluster.sys.SysState). */
final class PlaceModel {
    int node = 1;
    int incarnation = 1;
    int attempt;
    long move;
    private final Map<Long, Boolean> answered = new HashMap<>();

    boolean propose(int from, int fromIncarnation, int fromAttempt, int to, long migration) {
        return answered.computeIfAbsent(migration, key -> {
            boolean yes = node == from && incarnation == fromIncarnation && attempt == fromAttempt;
            if (yes) {
                node = to;
                incarnation++;
                attempt = 0;
                move = migration;
            }
            return yes;
        });
    }

    MoveEvent.Fate veto(int from, int fromIncarnation, long migration) {
        if (node == from && incarnation == fromIncarnation) {
            attempt++;
            return MoveEvent.Fate.STAYED;
        }
        return move == migration && incarnation == fromIncarnation + 1 ? MoveEvent.Fate.MOVED : MoveEvent.Fate.OTHERWISE;
    }
}
