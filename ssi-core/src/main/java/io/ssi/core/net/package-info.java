/** Contract of the data plane between daemons. {@code io.ssi.core.net.netty} is its implementation and the only place that names Netty. */
package io.ssi.core.net;
