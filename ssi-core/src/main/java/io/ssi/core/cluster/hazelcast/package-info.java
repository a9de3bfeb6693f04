/**
 * Hazelcast as the map and the second opinion on who is there; the only place that names it. Its member port is bound to a loopback
 * address; connections to members on other hosts are carried over the transport. Never used for a decision: its split-brain
 * protection lets two winners through.
 *
 * <p>A member may end by itself: one that is told to merge after a split and then cannot join the others shuts itself down. A new one is
 * started in its place then; the copies of the maps stay meanwhile, and this node's rows are put again.
 *
 * <p>Lock order: the monitor of one LiveMap (one at a time compares the copy with the whole map), then that of its view, which is held across
 * no call to Hazelcast or a listener.
 */
package io.ssi.core.cluster.hazelcast;
