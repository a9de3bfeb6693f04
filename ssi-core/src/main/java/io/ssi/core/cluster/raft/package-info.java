/**
 * The Raft group {@code sys}: MicroRaft with this project's codec, journal and clock, and the way from any node to its leader.
 * The only place that names MicroRaft. RaftPeer is one member and knows neither sockets nor threads: production gives it a thread and
 * a disk, the simulator gives it virtual time and a memory that crashes. Start reading at RaftPeer.
 */
package io.ssi.core.cluster.raft;
