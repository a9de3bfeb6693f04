/**
 * The control plane: who is there, maps that heal themselves, and decisions that cannot split. Start reading at Cluster, which puts
 * the parts together in LiveCluster: the Raft group ({@code .raft} over the pure state in {@code .sys}), the Hazelcast member ({@code .hazelcast})
 * and MembershipTable, which folds what links and member list say into node states.
 *
 * <p>Voters of the Raft group: a cluster of one is a group of one; two nodes need both, so with one of them down nothing is
 * decided; three stand the loss of one, five the loss of two. A fourth node learns without a vote.
 */
package io.ssi.core.cluster;
