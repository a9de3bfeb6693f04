/**
 * Moving a running process between JVMs: freeze, capture, image, resume, and the protocol that commits it. In this package what
 * both ends of a move must agree on: the build of the JDK and the class path, as content.
 */
package io.ssi.migrate;
