/**
 * The data plane on Netty: one port, TLS 1.3 with certificates required of both sides (see {@code io.ssi.core.trust}; host names
 * are not compared, trust is the key), one lasting connection per pair of nodes. This is the only place that names Netty.
 *
 * <p>A connection begins with TLS, then each side's hello; before that nothing a peer sent is parsed. Both nodes of a pair dial;
 * {@link io.ssi.core.net.link.LinkChoice} says which connection stays.
 *
 * <p>Lock order: the monitor of the link table; the monitor of a connection's queue. Neither is held while the other is taken, and
 * listeners, handlers and Netty are called without them.
 */
package io.ssi.core.net.netty;
