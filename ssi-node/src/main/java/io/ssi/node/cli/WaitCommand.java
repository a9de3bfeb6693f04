package io.ssi.node.cli;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.json.Json;
import io.ssi.vproc.ExitStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ssi-wait", description = "Waits for the ends of processes, wherever they are, and ends as the last one did.", sortOptions = false,
        footer = {"", "Exit status: that of the last process; 128 + N when signal N ended it, 255",
            "when it was lost with its node; 127 when there is no such process (any more: a",
            "status is kept for 30 s), 124 when the time is over; 1 when the daemon of this",
            "host cannot be asked at the beginning, or refuses; 2 for wrong use, 130 for",
            "Ctrl-C. A daemon that ends meanwhile is waited for as well.",
            "Example: run what needs the result of a process", "  ssi-wait 3000017 && ./publish"})
final class WaitCommand extends Base {
    /** As of timeout(1). */
    private static final int TIME_IS_OVER = 124;
    /** As of a shell's wait. */
    private static final int NO_SUCH_PROCESS = 127;
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    @Option(names = "--timeout", paramLabel = "TIME", description = "Wait for all together so long at most: 500ms, 5s, 1m (default: for ever).")
    String timeout;

    @Option(names = "--json", description = "Print a JSON object for each process.")
    boolean json;

    @Parameters(arity = "1..*", paramLabel = "VPID", description = "Numbers of the processes.")
    List<String> vpids;

    private DaemonClient daemon;
    private boolean toldOfDaemon;

    @Override
    public Integer call() {
        vpids.forEach(Base::checkVPid);
        long end = timeout == null ? 0 : System.nanoTime() + MigrateCommand.millis(timeout) * 1_000_000;
        int status = 0;
        daemon = connect();
        try {
            for (String vpid : vpids) {
                try {
                    status = ended(vpid, ask(vpid, end));
                } catch (SsiException refused) {
                    if (refused.code() != ErrorCode.NO_SUCH_PROCESS && refused.code() != ErrorCode.TIMEOUT) {
                        throw refused;
                    }
                    say(refused.getMessage());
                    status = refused.code() == ErrorCode.TIMEOUT ? TIME_IS_OVER : NO_SUCH_PROCESS;
                }
            }
        } finally {
            daemon.close();
        }
        return status;
    }

    /** Of this daemon, and of the next one of this host when it ends: the process is another one's affair. */
    private String ask(String vpid, long end) {
        while (true) {
            try {
                return timeout == null ? daemon.ask("wait", this::progress, "vpid=" + vpid) : daemon.ask("wait", this::progress, "vpid=" + vpid,
                        "timeoutMillis=" + Math.max(0, (end - System.nanoTime()) / 1_000_000));
            } catch (DaemonClient.HungUp away) {
                connectAgain(vpid, end);
            }
        }
    }

    private void connectAgain(String vpid, long end) {
        daemon.close();
        if (!toldOfDaemon) {
            say("the node daemon at " + socket() + " is gone; waiting until one is back");
            toldOfDaemon = true;
        }
        while (true) {
            try {
                daemon = connect();
                return;
            } catch (SsiException notYet) {
                if (notYet.code() != ErrorCode.DAEMON_NOT_RUNNING && notYet.code() != ErrorCode.PEER_LOST) {
                    throw notYet;
                }
            }
            if (timeout != null && System.nanoTime() >= end) {
                throw new SsiException(ErrorCode.TIMEOUT, "process " + vpid + " has not ended in the time given, as far as is known: no node daemon listens at " + socket());
            }
            LockSupport.parkNanos(AGAIN_NANOS);
        }
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
