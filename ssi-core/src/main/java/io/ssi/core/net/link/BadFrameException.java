package io.ssi.core.net.link;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;

/** The peer broke the protocol; the link is closed with this sentence. The only exception that parsing bytes of a peer may throw. */
public final class BadFrameException extends SsiException {
    public BadFrameException(String message) {
        super(ErrorCode.BAD_FRAME, message);
    }

    public BadFrameException(String message, Throwable cause) {
        super(ErrorCode.BAD_FRAME, message, cause);
    }
}
