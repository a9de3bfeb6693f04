/** MBeans for jconsole and its like: the cluster, its processes and its migrations. */
package io.ssi.node.jmx;
