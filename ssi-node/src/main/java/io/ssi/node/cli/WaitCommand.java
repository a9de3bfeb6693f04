package io.ssi.node.cli;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.json.Json;
import io.ssi.vproc.ExitStatus;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ssi-wait", description = "Waits for the ends of processes, wherever they are, and ends as the last one did.", sortOptions = false,
        footer = {"", "Exit status: that of the last process; 128 + N when signal N ended it, 255 when it was lost with its node,",
            "127 when there is no such process (any more: a status is kept for 30 s), 124 when the time is over.",
            "Example: run what needs the result of a process", "  ssi-wait 3000017 && ./publish"})
final class WaitCommand extends Base {
    /** As of timeout(1). */
    private static final int TIME_IS_OVER = 124;
    /** As of a shell's wait. */
    private static final int NO_SUCH_PROCESS = 127;

    @Option(names = "--timeout", paramLabel = "TIME", description = "Wait for all together so long at most: 500ms, 5s, 1m (default: for ever).")
    String timeout;

    @Option(names = "--json", description = "Print a JSON object for each process.")
    boolean json;

    @Parameters(arity = "1..*", paramLabel = "VPID", description = "Numbers of the processes.")
    List<String> vpids;

    @Override
    public Integer call() {
        vpids.forEach(Base::checkVPid);
        long end = timeout == null ? 0 : System.nanoTime() + MigrateCommand.millis(timeout) * 1_000_000;
        int status = 0;
        try (DaemonClient daemon = connect()) {
            for (String vpid : vpids) {
                try {
                    status = ended(vpid, timeout == null ? daemon.ask("wait", this::progress, "vpid=" + vpid) : daemon.ask("wait", this::progress,
                            "vpid=" + vpid, "timeoutMillis=" + Math.max(0, (end - System.nanoTime()) / 1_000_000)));
                } catch (SsiException refused) {
                    if (refused.code() != ErrorCode.NO_SUCH_PROCESS && refused.code() != ErrorCode.TIMEOUT) {
                        throw refused;
                    }
                    say(refused.getMessage());
                    status = refused.code() == ErrorCode.TIMEOUT ? TIME_IS_OVER : NO_SUCH_PROCESS;
                }
            }
        }
        return status;
    }

    private void progress(String step) {
        say(text(object(Json.parse(step)), "text"));
    }

    private void say(String sentence) {
        spec.commandLine().getErr().println("ssi-wait: " + sentence);
    }

    private int ended(String vpid, String answer) {
        Map<String, Object> exit = object(Json.parse(answer));
        if (json) {
            exit.put("vpid", Integer.parseInt(vpid));
            out().println(Json.write(exit));
            out().flush();
        }
        if (number(exit, "status") == ExitStatus.LOST && !text(exit, "cause").isEmpty()) {
            say("process " + vpid + ": " + text(exit, "cause"));
        }
        return (int) number(exit, "status");
    }
}
