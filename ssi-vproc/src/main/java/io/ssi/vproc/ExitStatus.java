package io.ssi.vproc;

/**
 * How a process ended.
 *
 * @param status 0..255; when a signal ended the process, 128 + its number as a shell shows it; {@link #LOST} when unknown
 * @param signal number of the signal that ended it, 0 for none
 * @param cause "" or why the status is unknown, for example {@code node 2 was lost}
 */
public record ExitStatus(int status, int signal, String cause) {
    /** Status of a process that is gone with its node, or whose end nobody saw. */
    public static final int LOST = 255;

    public static ExitStatus exited(int status) {
        return new ExitStatus(status & 0xff, 0, "");
    }

    public static ExitStatus killed(int signal) {
        return new ExitStatus(128 + signal, signal, "");
    }

    public static ExitStatus unknown(String cause) {
        return new ExitStatus(LOST, 0, cause);
    }

    /** For the log. */
    public String describe() {
        return signal != 0 ? "signal " + signal : cause.isEmpty() ? "exit status " + status : cause;
    }
}
