/**
 * The process space inside the daemon. {@link io.ssi.vproc.node.VprocService} owns the hosted processes with one thread,
 * {@link io.ssi.vproc.node.SignalRouter} reaches processes anywhere, {@link io.ssi.vproc.node.Landings},
 * {@link io.ssi.vproc.node.Deputies} and {@link io.ssi.vproc.node.HostStreams} carry a moved process's terminal. What a daemon holds
 * of a terminal's streams can be lost with it: input is asked for again, output is kept by the host ({@link
 * io.ssi.vproc.node.OutputSender}) until the OS process at the terminal has shown it, and that process drops what comes twice.
 *
 * <p>Lock order: {@code Deputy} before the locks of {@code OutputLane} and {@code Waiters}; nobody waits for the service's thread
 * while holding one of them.
 */
package io.ssi.vproc.node;
