package io.ssi.vproc;

import io.ssi.core.id.VPid;
import java.util.Map;

/** What can happen to the processes that one daemon hosts. */
public sealed interface HostEvent {
    /** A program started and got its number. */
    record Born(ProcessRow row) implements HostEvent {}

    /** A program that ran under an earlier life of this daemon connected again. */
    record Readopted(ProcessRow row) implements HostEvent {}

    /** A move to this node was committed; the row is the one with the new incarnation. */
    record Arrived(ProcessRow row) implements HostEvent {}

    /** A move away from this node was committed. */
    record Departed(VPid vpid, int incarnation) implements HostEvent {}

    /** What the operating system and the agent say about it now. */
    record Sampled(VPid vpid, int incarnation, boolean stopped, ProcessRow.Usage usage) implements HostEvent {}

    record MoveBegun(VPid vpid, int incarnation) implements HostEvent {}

    /** The group was asked for the commit of a move away and has not answered. */
    record MoveUndecided(VPid vpid, int incarnation) implements HostEvent {}

    record MoveOff(VPid vpid, int incarnation) implements HostEvent {}

    /** The process announced the status it is about to end with. */
    record Exiting(VPid vpid, int incarnation, int status) implements HostEvent {}

    /** The operating system no longer runs it. The status is what was seen, if the process did not announce one. */
    record Gone(VPid vpid, int incarnation, ExitStatus seen) implements HostEvent {}

    /** A process, here or elsewhere, ended or was lost: its children are orphans. */
    record ParentGone(int vpid) implements HostEvent {}

    /** A look at the cluster's table: for each VPid its owner and incarnation. Heals what a split or a race damaged. */
    record TableSeen(Map<Integer, Claim> claims) implements HostEvent {}

    record Claim(int owner, int incarnation) {}

    /** A split healed, or a node is seen again: put all rows again. */
    record Merged() implements HostEvent {}

    /** Time passes. */
    record Tick() implements HostEvent {}
}
