/**
 * Hazelcast as the map and the second opinion on who is there; the only place that names it. Its member port is bound to a loopback
 * address; connections to members on other hosts are carried over the transport. Never used for a decision: its split-brain
 * protection lets two winners through.
 *
 * <p>Lock order: the monitor of one LiveMap's view is the only lock here and is held across no call to Hazelcast or a listener.
 */
package io.ssi.core.cluster.hazelcast;
