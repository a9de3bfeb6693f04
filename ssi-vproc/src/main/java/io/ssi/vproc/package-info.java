/** Process space: the table of all processes of the cluster and what can be done to one. */
package io.ssi.vproc;
