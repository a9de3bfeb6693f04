/** The daemon's Unix socket: connections of the JVMs and commands of its host. */
package io.ssi.node.link;
