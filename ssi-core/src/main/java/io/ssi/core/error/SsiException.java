package io.ssi.core.error;

/** Root of all failures of this project. The message is one sentence for the user: what happened, with the values, and what to do. */
public class SsiException extends RuntimeException {
    private final ErrorCode code;

    public SsiException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public SsiException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }
}
