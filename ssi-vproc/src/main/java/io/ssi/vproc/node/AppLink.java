package io.ssi.vproc.node;

import io.ssi.core.wire.LinkMessage;
import java.util.function.Consumer;

/** The daemon's end of the connection to one JVM of this host (application, landing or deputy). Thread-safe; send never blocks for long. */
public interface AppLink {
    long osPid();

    /** Sends in order; drops silently after the connection closed (see {@link #onClose}). */
    void send(LinkMessage message);

    /** Takes over all messages of kinds the session itself does not handle (migration); one handler at a time. */
    void onMessage(Consumer<LinkMessage> handler);

    /** Called once, when the JVM is gone or hung up. */
    void onClose(Runnable handler);

    boolean isOpen();

    void close();
}
