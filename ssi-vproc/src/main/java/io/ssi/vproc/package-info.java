/**
 * Process space: the table of all processes of the cluster and what can be done to one. {@link io.ssi.vproc.HostTable} is the
 * state machine of the processes one daemon hosts; {@code .node} is the service around it.
 */
package io.ssi.vproc;
