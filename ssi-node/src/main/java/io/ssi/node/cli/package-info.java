/**
 * The commands of the user. They talk to the daemon of their host over its Unix socket and load nothing but the JDK, picocli and the
 * wire records, so that they answer at once.
 */
package io.ssi.node.cli;
