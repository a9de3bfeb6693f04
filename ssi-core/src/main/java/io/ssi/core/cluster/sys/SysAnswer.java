package io.ssi.core.cluster.sys;

import io.ssi.core.error.ErrorCode;
import java.util.SortedMap;

/** What a command was answered with. */
public sealed interface SysAnswer {
    record Done() implements SysAnswer {}

    record Number(int value) implements SysAnswer {}

    record Decided(boolean yes) implements SysAnswer {}

    record PlaceRow(int vpid, int node, int incarnation, int attempt, long byRequest) implements SysAnswer {}

    record Fenced(boolean yes, long fence, byte[] value) implements SysAnswer {}

    /** The register of nodes, by number. */
    record Nodes(SortedMap<Integer, SysState.NodeRow> rows) implements SysAnswer {}

    record Refused(ErrorCode code, String message) implements SysAnswer {}
}
