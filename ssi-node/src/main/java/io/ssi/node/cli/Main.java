package io.ssi.node.cli;

import io.ssi.core.error.SsiException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;

/**
 * Entry of all commands; the first argument is the command's name. Exit codes: 0 done, 1 refused or failed, 2 wrong use. With a
 * mistyped option or verb the nearest is shown.
 */
public final class Main {
    private static final Map<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("ssi-ps", PsCommand::new);
        COMMANDS.put("ssi-cluster", ClusterCommand::new);
        COMMANDS.put("ssi-where", WhereCommand::new);
        COMMANDS.put("ssi-kill", KillCommand::new);
        COMMANDS.put("ssi-wait", WaitCommand::new);
        COMMANDS.put("ssi-migrate", MigrateCommand::new);
        COMMANDS.put("ssi-node", NodeCommand::new);
    }

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments, new PrintWriter(System.out, true), new PrintWriter(System.err, true)));
    }

    static int run(String[] arguments, PrintWriter out, PrintWriter err) {
        if (arguments.length == 0 || !COMMANDS.containsKey(arguments[0])) {
            err.println("ssi: the commands are " + String.join(", ", COMMANDS.keySet()));
            return 2;
        }
        String name = arguments[0];
        String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
        CommandLine line = new CommandLine(COMMANDS.get(name).get());
        line.setOut(out).setErr(err);
        line.setExecutionExceptionHandler((failure, command, parsed) -> failed(name, failure, err));
        line.setParameterExceptionHandler((wrong, wrongArguments) -> {
            err.println(name + ": " + WrongUse.sentence(wrong));
            return 2;
        });
        int exitCode = line.execute(name.equals("ssi-kill") ? KillCommand.prepare(rest) : rest);
        out.flush();
        err.flush();
        return exitCode;
    }

    private static int failed(String name, Exception failure, PrintWriter err) {
        if (failure instanceof SsiException refused) {
            err.println(name + ": " + refused.getMessage());
            return refused.code().exitCode();
        }
        err.println(name + ": " + failure);
        failure.printStackTrace(err);
        return 1;
    }
}
