package io.ssi.node.cli;

import io.ssi.core.error.SsiException;
import io.ssi.vproc.Signals;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ssi-kill", description = "Sends a signal to processes, wherever they are.", sortOptions = false,
        customSynopsis = "ssi-kill [-h] [-s=PATH] [-SIGNAL] VPID...",
        footer = {"", "SIGNAL is TERM (default), KILL, STOP, CONT, TSTP, INT, HUP, QUIT, USR1, USR2 or",
            "a number; 0 sends none and only says by the exit status whether the processes", "are there.", "Exit status: 0 when all have it, 1 when one has not, 2 for wrong use.",
            "Example: end a program at once", "  ssi-kill -KILL 3000017"})
final class KillCommand extends Base {
    @Option(names = "--signal", paramLabel = "SIGNAL", description = "The same as -SIGNAL.", defaultValue = "TERM")
    String signal;

    @Parameters(arity = "1..*", paramLabel = "VPID", description = "Numbers of the processes.")
    List<String> vpids;

    @Override
    public Integer call() {
        int number = Signals.parse(signal);
        vpids.forEach(Base::checkVPid);
        int exitCode = 0;
        try (DaemonClient daemon = connect()) {
            for (String vpid : vpids) {
                try {
                    daemon.ask("kill", "vpid=" + vpid, "signal=" + number);
                } catch (SsiException refused) {
                    spec.commandLine().getErr().println("ssi-kill: " + refused.getMessage());
                    exitCode = Math.max(exitCode, refused.code().exitCode());
                }
            }
        }
        return exitCode;
    }

    /** Turns -KILL and -9, which are no options to picocli, into --signal=; what stands behind "--" is no option. */
    static String[] prepare(String[] arguments) {
        String[] prepared = arguments.clone();
        for (int i = 0; i < prepared.length && !prepared[i].equals("--"); i++) {
            if (prepared[i].matches("-([A-Z][A-Z0-9]+|[0-9]{1,2})")) {
                prepared[i] = "--signal=" + prepared[i].substring(1);
            }
        }
        return prepared;
    }
}
