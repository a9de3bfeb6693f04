/**
 * What moves a program, inside its own JVM: {@link io.ssi.migrate.client.Freezer} stops it, {@link
 * io.ssi.migrate.client.ImageWriter} writes what its threads, statics and heap hold, {@link
 * io.ssi.migrate.client.ImageReader} builds that again in the landing JVM, and {@link io.ssi.migrate.client.FrameCopier}
 * makes code that enters each frame where it had stopped. java.base and ASM only; no class here is seen by the program.
 *
 * <p>Capture destroys nothing. Until the daemon says {@code Depart} the program can go on where it stood; after {@code Go}
 * only the landing runs. A message that is lost, doubled or late is for an unknown or finished migration number and is
 * dropped; when the daemon's connection breaks before the commit is known, the source stays frozen until the daemon is back
 * and tells the outcome.
 */
package io.ssi.migrate.client;
