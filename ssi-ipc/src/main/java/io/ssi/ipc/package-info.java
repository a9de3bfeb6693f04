/** Room of the cluster-wide IPC objects (DESIGN section of that name). Nothing is built here yet; no other module may depend on it. */
package io.ssi.ipc;
