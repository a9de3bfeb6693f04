package io.ssi.vproc.node;

import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.Signals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads {@code /proc/PID/stat} and {@code status} (proc_pid_stat(5), proc_pid_status(5)) and calls kill(2). */
public final class LinuxProcesses implements OsProcesses {
    /** The kernel shows times to users in 1/100 s on all platforms, whatever its own tick is. */
    private static final int MILLIS_PER_TICK = 10;
    // Index after the command's closing parenthesis; the man page counts from 1 and the state is its field 3.
    private static final int STATE = 0;
    private static final int UTIME = 11;
    private static final int STIME = 12;
    private static final int THREADS = 17;
    private static final int START = 19;
    private static final int EXIT_CODE = 49;
    private static final String IGNORED = "SigIgn:";
    private static final String CAUGHT = "SigCgt:";

    private final Path proc;

    public LinuxProcesses() {
        this(Path.of("/proc"));
    }

    LinuxProcesses(Path proc) {
        this.proc = proc;
    }

    @Override
    public Sample sample(long osPid) {
        String stat;
        try {
            stat = Files.readString(proc.resolve(Long.toString(osPid)).resolve("stat"), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return Sample.GONE;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        char state = fields[STATE].charAt(0);
        long start = Long.parseLong(fields[START]);
        int threads = Integer.parseInt(fields[THREADS]);
        boolean ended = state == 'Z' || state == 'X';
        Optional<ExitStatus> exit = ended && fields.length > EXIT_CODE ? exit(fields[EXIT_CODE].strip()) : Optional.empty();
        // The first thread of a process that runs may have ended, as it has for a moment while another one calls execve(2).
        if (ended && threads <= 1) {
            return new Sample(false, false, 0, 0, start, exit);
        }
        long cpuMillis = (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) * MILLIS_PER_TICK;
        return new Sample(true, state == 'T' || state == 't', threads, cpuMillis, start, exit);
    }

    @Override
    public boolean kill(long osPid, int signal) {
        int given = signal == Signals.TSTP ? terminalStop(osPid) : signal;
        Posix.kill(osPid, given);
        return given == Signals.STOP;
    }

    /** The kernel takes no TSTP for a process without a shell above it, as a landing is, unless it handles the signal. 0 if it ignores it. */
    private int terminalStop(long osPid) {
        long ignored = 0;
        long caught = 0;
        try {
            for (String line : Files.readAllLines(proc.resolve(Long.toString(osPid)).resolve("status"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith(IGNORED)) {
                    ignored = Long.parseUnsignedLong(line.substring(IGNORED.length()).strip(), 16);
                } else if (line.startsWith(CAUGHT)) {
                    caught = Long.parseUnsignedLong(line.substring(CAUGHT.length()).strip(), 16);
                }
            }
        } catch (IOException gone) {
            return Signals.STOP; // which will find that out
        }
        long bit = 1L << Signals.TSTP - 1;
        return (caught & bit) != 0 ? Signals.TSTP : (ignored & bit) != 0 ? 0 : Signals.STOP;
    }

    /** The status as wait(2) gives it: low 7 bits the signal, next byte the exit status. */
    private static Optional<ExitStatus> exit(String code) {
        int status = Integer.parseInt(code);
        int signal = status & 0x7f;
        return Optional.of(signal != 0 ? ExitStatus.killed(signal) : ExitStatus.exited(status >> 8));
    }
}
