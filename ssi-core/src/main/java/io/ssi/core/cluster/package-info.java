/** Contracts of the control plane: who is there, a self-healing table, and decisions that cannot split. */
package io.ssi.core.cluster;
