/**
 * One link between two daemons, without sockets: frames and their parser, the message codec, calls, streams with credit, and
 * who may run when. A transport feeds frames in and carries frames out; {@code io.ssi.core.net.netty} does so over TLS,
 * {@link io.ssi.core.net.LocalNetwork} inside one JVM.
 *
 * <p>Lock order: none is held while another is taken; each class has at most one lock of its own and calls out without it.
 */
package io.ssi.core.net.link;
