/** Moving a running process between JVMs: freeze, capture, image, resume, and the protocol that commits it. */
package io.ssi.migrate;
