/**
 * The node daemon. {@link io.ssi.node.NodeDaemon} puts it together; {@code .link} is the Unix socket of its host, {@code .admin} what
 * it answers, {@code .cli} the commands, {@code .jmx} the consoles.
 */
package io.ssi.node;
