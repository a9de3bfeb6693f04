/**
 * What the Raft group {@code sys} decides, as a pure state machine: command in, answer out, no threads, clocks or sockets. Every voter
 * and learner applies the same commands in the same order and so holds the same state. Start reading at SysState.
 */
package io.ssi.core.cluster.sys;
