/**
 * What an application's JVM (its agent), a deputy or a command says to the daemon of its host, over a Unix socket. A frame is
 * {@code int length, short type, body}; the codec is hand-written because it runs inside applications, where nothing but
 * java.base is welcome. Numbers and field order are the protocol; {@link io.ssi.core.wire.LinkMessage#PROTOCOL} counts changes.
 */
package io.ssi.core.wire;
