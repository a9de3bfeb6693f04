/** Room of the cluster file system (DESIGN section of that name). Nothing is built here yet; no other module may depend on it. */
package io.ssi.cfs;
