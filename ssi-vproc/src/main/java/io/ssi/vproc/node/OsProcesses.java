package io.ssi.vproc.node;

import io.ssi.vproc.ExitStatus;
import java.util.Optional;

/** What the operating system of this host knows about processes. Thread-safe; nothing blocks for long. */
public interface OsProcesses {
    /**
     * One look at a process.
     *
     * @param startTicks tells two processes apart that had the same number one after the other
     * @param exit how it ended, while its parent has not yet asked and the kernel still knows; of one that is alive, how its first thread did
     */
    record Sample(boolean alive, boolean stopped, int threads, long cpuMillis, long startTicks, Optional<ExitStatus> exit) {
        static final Sample GONE = new Sample(false, false, 0, 0, 0, Optional.empty());
    }

    Sample sample(long osPid);

    /**
     * Sends a signal. TSTP does what Ctrl-Z does to a process at a terminal, whether this one has a terminal or not.
     *
     * @return whether the process stops by it
     * @throws io.ssi.core.error.SsiException NO_SUCH_PROCESS or NOT_PERMITTED
     */
    boolean kill(long osPid, int signal);
}
