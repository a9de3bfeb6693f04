package io.ssi.vproc;

import io.ssi.core.id.VPid;

/** What the daemon has to do after an event; in order. */
public sealed interface HostEffect {
    /** Put the row into the cluster's table. */
    record PutRow(ProcessRow row) implements HostEffect {}

    /** Remove the row from the cluster's table, unless another node owns it by now. */
    record RemoveRow(VPid vpid, int incarnation) implements HostEffect {}

    /** Tell the Raft group where the process was born. */
    record PlaceBorn(VPid vpid) implements HostEffect {}

    /** Tell the Raft group that the process is no more. */
    record PlaceGone(VPid vpid, int incarnation) implements HostEffect {}

    /** The process ended; tell its deputy. */
    record Ended(ProcessRow row) implements HostEffect {}
}
