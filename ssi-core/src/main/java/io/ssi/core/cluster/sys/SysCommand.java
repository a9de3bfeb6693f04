package io.ssi.core.cluster.sys;

import java.util.UUID;

/** What can be decided. A command that was answered once gives the same answer again for the same request id. */
public sealed interface SysCommand {
    long requestId();

    /** Changes nothing and is not remembered. */
    default boolean isRead() {
        return this instanceof ReadPlace || this instanceof ReadKey || this instanceof ReadNodes;
    }

    /** Gives a node its number, for ever the same for a uuid, and notes its name and address. Answer: {@link SysAnswer.Number}. */
    record RegisterNode(long requestId, UUID uuid, String name, String address) implements SysCommand {}

    /** Forgets a node; its number is not given again. */
    record RemoveNode(long requestId, int node) implements SysCommand {}

    /** Answer: {@link SysAnswer.Number}, the first of {@code count} process sequence numbers that nobody else has. */
    record VPidBlock(long requestId, int origin, int count) implements SysCommand {}

    record PlaceBorn(long requestId, int vpid, int node, int incarnation) implements SysCommand {}

    /** Compare-and-set of a place with this node, incarnation and attempt. Answer: {@link SysAnswer.Decided}. */
    record PlaceMove(long requestId, int vpid, int node, int incarnation, int attempt, int to) implements SysCommand {}

    /** Begins a new attempt at this place, so that moves of earlier attempts fail. Answer: as {@link ReadPlace} after it. */
    record PlaceVeto(long requestId, int vpid, int node, int incarnation) implements SysCommand {}

    record PlaceGone(long requestId, int vpid, int incarnation) implements SysCommand {}

    /**
     * Compare-and-set of a fenced key: succeeds when the key's present fence is {@code expectedFence} (0: absent). The new fence is
     * the commit index, so it only grows. An empty value removes the key. Answer: {@link SysAnswer.Fenced}.
     */
    record SetKey(long requestId, String key, long expectedFence, byte[] value) implements SysCommand {}

    /** Answer: {@link SysAnswer.PlaceRow} or {@link SysAnswer.Done} when there is none. Changes nothing, is not remembered. */
    record ReadPlace(int vpid) implements SysCommand {
        @Override
        public long requestId() {
            return 0;
        }
    }

    /** Answer: {@link SysAnswer.Fenced} with the present fence and value (fence 0: absent). Changes nothing, is not remembered. */
    record ReadKey(String key) implements SysCommand {
        @Override
        public long requestId() {
            return 0;
        }
    }

    /** Answer: {@link SysAnswer.Nodes}. Changes nothing, is not remembered. */
    record ReadNodes() implements SysCommand {
        @Override
        public long requestId() {
            return 0;
        }
    }

    /** What a new leader commits first, so that it learns what is committed. */
    record NoOperation() implements SysCommand {
        @Override
        public long requestId() {
            return 0;
        }
    }
}
