/**
 * What stays behind when a process moves away: the same OS process with the same terminal, running a small JVM. When the process
 * comes home a landing JVM takes its place by another exec, and plays its part ({@link io.ssi.agent.deputy.Terminal}) until the
 * process is there; if it does not come, the deputy takes over again. What they must remember is in {@link
 * io.ssi.agent.deputy.Remains}.
 *
 * <p>Signals: from the freeze on {@link io.ssi.agent.deputy.SignalHold} keeps what the user sends. When the move is off the program's
 * own handlers get it, else the deputy passes it on; a landing at home holds it until the process is there. Ctrl-Z is the program's to
 * answer, as all of them: where it stops, the daemon of the deputy's host stops the deputy, so that the shell has a stopped job; the shell
 * lets the deputy go on, and the deputy the program.
 */
package io.ssi.agent.deputy;
