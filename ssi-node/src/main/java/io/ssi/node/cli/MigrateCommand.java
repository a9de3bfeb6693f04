package io.ssi.node.cli;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.json.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ssi-migrate", description = "Moves a running process to another node.", sortOptions = false,
        footer = {"", "Exit status: 0 when it moved, and with --explain when it was looked at, whether or", "not something keeps it from moving (with --json, \"pins\" is empty if not);",
            "1 when it did not move, 2 for wrong use.", "Example: move process 1000001 to node 3; what keeps it from moving may take 30 s to pass", "  ssi-migrate --wait 30s 1000001 3"})
final class MigrateCommand extends Base {
    private static final Pattern WAIT = Pattern.compile("([0-9]{1,7})(ms|s|m)?");
    private static final List<String> PARTS = List.of("freeze", "capture", "write", "transfer", "build", "commit", "resume");

    @Option(names = "--explain", description = "Say what would keep the process from moving, without moving it.")
    boolean explain;

    @Option(names = "--wait", paramLabel = "TIME", defaultValue = "5s", description = "How long pins may take to pass: 500ms, 5s, 1m (default: 5s).")
    String wait;

    @Option(names = "--json", description = "Print the result, and the steps before it, as JSON lines.")
    boolean json;

    @Parameters(index = "0", paramLabel = "VPID", description = "Number of the process.")
    String vpid;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NODE", description = "Number or name of the node to move to.")
    String node;

    @Override
    public Integer call() {
        if (node == null && !explain) {
            throw new SsiException(ErrorCode.BAD_ARGUMENT, "to which NODE shall process " + vpid + " move? ssi-cluster shows them");
        }
        checkVPid(vpid);
        String waitMillis = "waitMillis=" + millis(wait);
        Thread farewell = new Thread(this::interrupted);
        try (DaemonClient daemon = connect()) {
            Runtime.getRuntime().addShutdownHook(farewell);
            String result = explain ? daemon.ask("explain", this::progress, "vpid=" + vpid, waitMillis) : move(daemon, waitMillis);
            if (json) {
                out().println(result);
            } else {
                print(explain ? explanation(vpid, object(Json.parse(result))) : summary(object(Json.parse(result))));
            }
        } finally {
            answered(farewell);
        }
        return 0;
    }

    private String move(DaemonClient daemon, String waitMillis) {
        try {
            return daemon.ask("migrate", this::progress, "vpid=" + vpid, "node=" + node, waitMillis);
        } catch (SsiException refused) {
            throw refused.code() == ErrorCode.PINNED ? new SsiException(ErrorCode.PINNED, refusal(vpid, refused.getMessage()), refused) : refused;
        }
    }

    /** What the program's JVM says speaks of threads and objects only. */
    static String refusal(String vpid, String reasons) {
        if (reasons.startsWith("process " + vpid + " ")) {
            return reasons;
        }
        return "process " + vpid + " did not move and goes on where it is" + (reasons.contains("\n") ? ", because of:\n  " + reasons.replace("\n", "\n  ") : ": " + reasons);
    }

    /** Ctrl-C ends this command only: the daemons go on with what they were told. */
    private void interrupted() {
        PrintWriter err = spec.commandLine().getErr();
        err.println("ssi-migrate: interrupted; " + (explain ? "process " + vpid + " runs on" : "the move of process " + vpid
                + " goes on without this command; see where it is with: ssi-where " + vpid));
        err.flush();
    }

    private static void answered(Thread farewell) {
        try {
            Runtime.getRuntime().removeShutdownHook(farewell);
        } catch (IllegalStateException e) {
            // It was interrupted, which is told.
        }
    }

    private void progress(String step) {
        out().println(json ? step : "  " + describe(object(Json.parse(step))));
        out().flush();
    }

    /** A step is {"step": name, "text": sentence, ...}. */
    private static String describe(Map<String, Object> step) {
        return step.containsKey("text") ? text(step, "text") : text(step, "step");
    }

    /** The result is {"vpid", "from", "to", "incarnation", "pauseMicros", "parts": {"freezeMicros", ...}, "imageBytes", "objects", "threads"}. */
    static List<String> summary(Map<String, Object> result) {
        List<String> lines = new ArrayList<>();
        lines.add("process " + text(result, "vpid") + " moved from node " + text(result, "from") + " to node " + text(result, "to") + "; pause "
                + micros(number(result, "pauseMicros")));
        StringBuilder parts = new StringBuilder();
        Map<String, Object> values = result.get("parts") == null ? Map.of() : object(result.get("parts"));
        for (String part : PARTS) {
            if (values.containsKey(part + "Micros")) {
                parts.append(parts.isEmpty() ? "  " : ", ").append(part).append(' ').append(micros(number(values, part + "Micros")));
            }
        }
        if (!parts.isEmpty()) {
            lines.add(parts.toString());
        }
        if (result.containsKey("imageBytes")) {
            lines.add("  image " + Text.bytes(number(result, "imageBytes")) + ", " + text(result, "objects") + " objects, " + threads(result));
        }
        return lines;
    }

    /** {"pins": [sentence...], "imageBytes", "objects", "threads"}. */
    static List<String> explanation(String vpid, Map<String, Object> result) {
        List<String> lines = new ArrayList<>();
        List<?> pins = result.get("pins") instanceof List<?> list ? list : List.of();
        lines.add(pins.isEmpty() ? "nothing keeps process " + vpid + " from moving" : "process " + vpid + " cannot move now, because of:");
        pins.forEach(pin -> lines.add("  " + pin));
        if (number(result, "threads") > 0) { // else they did not stop, and nothing was counted
            lines.add("  image " + Text.bytes(number(result, "imageBytes")) + ", " + text(result, "objects") + " objects, " + threads(result));
        }
        return lines;
    }

    private static String threads(Map<String, Object> result) {
        return number(result, "threads") == 1 ? "1 thread" : text(result, "threads") + " threads";
    }

    static String micros(long micros) {
        return String.format(Locale.ROOT, micros < 100_000 ? "%.1f ms" : "%.0f ms", micros / 1000.0);
    }

    static long millis(String text) {
        Matcher matcher = WAIT.matcher(text);
        if (!matcher.matches()) {
            throw new SsiException(ErrorCode.BAD_ARGUMENT, "'" + text + "' is not a time; write 500ms, 5s or 1m");
        }
        String unit = matcher.group(2) == null ? "s" : matcher.group(2);
        return Long.parseLong(matcher.group(1)) * switch (unit) {
            case "ms" -> 1;
            case "m" -> 60_000;
            default -> 1000;
        };
    }
}
