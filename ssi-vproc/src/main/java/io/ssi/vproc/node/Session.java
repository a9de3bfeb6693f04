package io.ssi.vproc.node;

import io.ssi.core.wire.LinkMessage;

/** Who serves a connection after its Hello. Called on the connection's reader thread, in order. */
public interface Session {
    /** @return false when this message is not the session's: it then goes to the handler of {@link AppLink#onMessage} */
    boolean message(LinkMessage message);

    /** The connection is closed; called once, after the last message. */
    void closed();
}
