/** Room of the cluster IP and its director (DESIGN section of that name). Nothing is built here yet; no other module may depend on it. */
package io.ssi.lvs;
