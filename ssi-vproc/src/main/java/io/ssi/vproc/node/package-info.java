/**
 * The process space inside the daemon. {@link io.ssi.vproc.node.VprocService} owns the hosted processes with one thread,
 * {@link io.ssi.vproc.node.SignalRouter} reaches processes anywhere, {@link io.ssi.vproc.node.Landings},
 * {@link io.ssi.vproc.node.Deputies} and {@link io.ssi.vproc.node.HostStreams} carry a moved process's terminal. Input that a daemon holds can be
 * lost with it: it is asked for again. Output, and how a process ended, are never held by a daemon alone:
 *
 * <pre>
 * the program's JVM      disk of its host                  daemons        the OS process at the terminal
 *  pipe, 64 KiB --splice--> KeptFolder, 256 KiB not shown --Stdio(offset)--> shows it, once
 *                             | &lt;-----------------------------ack(offset)---- |
 *                           row, letter                    --Exit----------> tells it and ends
 * </pre>
 *
 * <p>A byte leaves the pipe for the disk inside one system call and the disk once it is shown, so it is in one of them whoever is killed; its
 * offset is its place in the files, and whoever shows it drops what comes twice. A process that has ended is as Unix's zombie: its folder stays
 * until its output is shown and its end told. A JVM that ends and is not heard by a daemon empties its pipes into the folder and leaves a letter
 * with its status; the next daemon reads it ({@link io.ssi.vproc.node.HostStreams#recover}). What if ...
 * <ul>
 * <li>the daemon is stopped or killed: output waits in the folder and the pipe, the program when both are full. The next one goes on from
 * what is acknowledged; what is shown and was not yet acknowledged is dropped at the terminal.
 * <li>the daemon is stopped, and a program that had ended, or moved on, had written more than the folder takes: of such a program its pipe is
 * emptied beyond that, because nobody else holds it. Only a kill before that is done loses what is in it.
 * <li>the daemon never comes back: the folder stays, a few files. The deputy waits for a node that was stopped in order and gives up one that is
 * down for long, or is not in the register any more; its user can kill it.
 * <li>the deputy was killed meanwhile: its daemon takes the output for shown and the end for told, and the folder goes.
 * <li>the deputy does not come back to its daemon: as long as its OS process lives it is waited for, because it may be stopped.
 * <li>the deputy's daemon was started again meanwhile: it answers that an end is told only when the deputy has ended, so it is told again.
 * <li>the deputy's node was stopped in order: it is waited for, the program too once it has written so much. One that is down for 30 s is not:
 * output is thrown away, and the program goes on.
 * <li>the disk is full: output stays in the pipe, where the program waits as at any full pipe; a JVM that ends waits for room. One
 * whose letter cannot be written counts as killed. A row that cannot be written is tried until it is; a daemon that finds output and no row leaves
 * it for the JVM to go on with when that connects.
 * <li>the disk gives back what it took no more: that output is given up, with a line in the log, and the end is told all the same.
 * <li>the JVM does not connect to the next daemon, because it is stopped, or ended long ago: its place stays with the group until the
 * daemon has found out, so that nobody takes it for gone.
 * <li>the JVM is killed while there is no daemon: nobody says how it ended. Because each that ends by itself leaves a letter, it counts as killed;
 * what it had in its pipes, at most 64 KiB each, is gone.
 * <li>the JVM's last word was heard and the daemon is killed before the end is told: it wrote the letter before it said that it heard.
 * <li>the daemon comes back twice: all stays until it is delivered; an end that is told again is answered and told once.
 * <li>a daemon and the JVM, or two daemons, would both take from a pipe: a lock of the kernel on a file beside the output goes with its holder.
 * <li>the deputy's node has no row of the process: its copy of the table may be alone for a while. Before it says that nobody saw the end, it
 * asks the host itself.
 * <li>a process moved on, and its daemon is killed before all it wrote there is shown: the next daemon sends it, if it is back before
 * the later host's output has waited for {@code OutputLane}'s 5 s.
 * </ul>
 *
 * <p>Lock order: {@code Deputy} before the locks of {@code OutputLane} and {@code Waiters}; nobody waits for the service's thread
 * while holding one of them.
 */
package io.ssi.vproc.node;
