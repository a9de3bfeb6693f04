package io.ssi.core.error;

/** What went wrong, as a number that travels on the wire and an exit code for the command line. Numbers are never reused. */
public enum ErrorCode {
    INTERNAL(1, 1),
    BAD_ARGUMENT(2, 2),
    NO_SUCH_PROCESS(3, 1),
    NO_SUCH_NODE(4, 1),
    NODE_DOWN(5, 1),
    ALREADY_THERE(6, 1),
    MIGRATION_IN_PROGRESS(7, 1),
    DAEMON_NOT_RUNNING(8, 1),
    WRONG_JDK(9, 1),
    PORT_TAKEN(10, 1),
    BAD_CONFIG(11, 1),
    BAD_KEY(12, 1),
    NO_QUORUM(13, 1),
    TIMEOUT(14, 1),
    PINNED(15, 1),
    NOT_PERMITTED(16, 1),
    STALE_INCARNATION(17, 1),
    PEER_LOST(18, 1),
    LIMIT(19, 1),
    BAD_FRAME(20, 1),
    OUTCOME_UNKNOWN(21, 1),
    CANNOT_START(22, 1);

    private final int number;
    private final int exitCode;

    ErrorCode(int number, int exitCode) {
        this.number = number;
        this.exitCode = exitCode;
    }

    public int number() {
        return number;
    }

    /** Exit code of a command that fails with this: 1 refused or failed, 2 wrong use. */
    public int exitCode() {
        return exitCode;
    }

    /** The code with this wire number; {@link #INTERNAL} for a number of a newer version. */
    public static ErrorCode of(int number) {
        for (ErrorCode code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        return INTERNAL;
    }
}
