package io.ssi.core.error;

/** A command was sent and may or may not have taken effect. Ask again with the same request id before acting on it. */
public final class OutcomeUnknownException extends SsiException {
    public OutcomeUnknownException(String message, Throwable cause) {
        super(ErrorCode.OUTCOME_UNKNOWN, message, cause);
    }
}
