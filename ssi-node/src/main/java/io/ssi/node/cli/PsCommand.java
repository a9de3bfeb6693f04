package io.ssi.node.cli;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.json.Json;
import io.ssi.vproc.ProcessState;
import io.ssi.vproc.Signals;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ssi-ps", description = "Shows the processes of the cluster.", sortOptions = false,
        footer = {"", "With -a, how a process ended stands behind its state: \"zombie 3\" by exit", "status 3, \"zombie KILL\" by a signal.",
            "HEAP is what the last collection left of the heap: what lives, and garbage that", "it did not look for. Before the first one, and with ZGC, Shenandoah or",
            "-XX:-UsePerfData, which do not tell it, it is the heap in use. \"-\" is what is", "not known.",
            "Exit status: 0, also when there is no such process; 1 when the daemon cannot", "be asked; 2 for wrong use.", "Example: the running Lua programs of node 2, as a tree", "  ssi-ps --tree --node 2 --state running lua"})
final class PsCommand extends Base {
    private static final List<String> HEADINGS = List.of(">VPID", ">PARENT", ">NODE", ">ORIGIN", ">OSPID", "USER", "STATE", ">THREADS", ">CPU",
            ">HEAP", "START", "COMMAND");

    private static final List<String> STATES = Stream.of(ProcessState.values()).map(each -> each.name().toLowerCase(Locale.ROOT)).toList();

    @Option(names = "--json", description = "Print a JSON array.")
    boolean json;

    @Option(names = {"-t", "--tree"}, description = "Children below their parents.")
    boolean tree;

    @Option(names = {"-n", "--node"}, paramLabel = "NODE", description = "Only processes on this node (number or name).")
    String node;

    @Option(names = {"-u", "--user"}, paramLabel = "USER", description = "Only processes of this user.")
    String user;

    @Option(names = "--state", paramLabel = "STATE", description = "Only processes in this state: running, stopped, moving, undecided, zombie.")
    String state;

    @Option(names = {"-a", "--all"}, description = "Also processes that have ended and whose exit status is still kept.")
    boolean all;

    @Parameters(arity = "0..1", paramLabel = "TEXT", description = "Only processes whose command contains this.")
    String text;

    @Override
    public Integer call() {
        if (state != null && !STATES.contains(state.toLowerCase(Locale.ROOT))) {
            throw new SsiException(ErrorCode.BAD_ARGUMENT, "'" + state + "' is no state of a process; use one of " + String.join(", ", STATES));
        }
        List<Map<String, Object>> rows;
        List<Map<String, Object>> nodes;
        String number;
        try (DaemonClient daemon = connect()) {
            List<Map<String, Object>> all = objects(daemon.ask("ps")); // first: a daemon that has just started waits for what is missing
            nodes = objects(object(daemon.ask("cluster")).get("nodes"));
            number = node == null ? null : nodeNumber(nodes, node);
            rows = all.stream().filter(row -> wanted(row, number)).toList();
        }
        if (json) {
            out().println(Json.write(rows));
        } else {
            print(lines(rows, System.currentTimeMillis(), ZoneId.systemDefault()));
        }
        unseen(nodes, number).forEach(sentence -> spec.commandLine().getErr().println("ssi-ps: " + sentence));
        return 0;
    }

    /** Of a node that is away nobody knows what runs there. */
    static List<String> unseen(List<Map<String, Object>> nodes, String number) {
        return nodes.stream().filter(one -> number == null || text(one, "node").equals(number)).flatMap(one -> {
            String named = "node " + text(one, "node") + " (" + text(one, "name") + ") ";
            return switch (text(one, "state")) {
                case "DOWN", "LEFT", "JOINING" -> Stream.of(named + "is " + text(one, "state") + "; what may run there is not shown");
                default -> one.get("uptimeMillis") == null ? Stream.of(named + "has not told of itself yet; what may run there is not shown") : Stream.empty();
            };
        }).toList();
    }

    private static String nodeNumber(List<Map<String, Object>> nodes, String named) {
        for (Map<String, Object> candidate : nodes) {
            if (text(candidate, "node").equals(named) || text(candidate, "name").equals(named)) {
                return text(candidate, "node");
            }
        }
        throw new SsiException(ErrorCode.NO_SUCH_NODE,
                "there is no node '" + named + "'; ssi-cluster shows all");
    }

    boolean wanted(Map<String, Object> row, String number) {
        String rowState = text(row, "state").toLowerCase(Locale.ROOT);
        return (all || !rowState.equals("zombie") || "zombie".equalsIgnoreCase(state))
                && (state == null || rowState.equalsIgnoreCase(state))
                && (number == null || text(row, "node").equals(number))
                && (user == null || text(row, "user").equals(user))
                && (text == null || text(row, "command").contains(text));
    }

    List<String> lines(List<Map<String, Object>> rows, long nowMillis, ZoneId zone) {
        List<List<String>> cells = new ArrayList<>();
        depths(rows).forEach((row, depth) -> cells.add(List.of(text(row, "vpid"), number(row, "parent") == 0 ? "-" : text(row, "parent"),
                text(row, "node"), text(row, "origin"), text(row, "osPid"), text(row, "user"), state(row),
                known(row, "threads", text(row, "threads")), Text.cpu(number(row, "cpuMillis")),
                known(row, "heapBytes", Text.bytes(number(row, "heapBytes"))),
                Text.start(number(row, "startMillis"), nowMillis, zone), "  ".repeat(depth) + text(row, "command"))));
        return Text.table(HEADINGS, cells);
    }

    /** What a JVM has not told yet, or has no more, is 0. */
    private static String known(Map<String, Object> row, String key, String text) {
        return number(row, key) == 0 ? "-" : text;
    }

    /** As in "running", "zombie 3" for an exit status and "zombie KILL" for a signal. */
    private static String state(Map<String, Object> row) {
        String name = text(row, "state").toLowerCase(Locale.ROOT);
        if (row.get("exit") == null) {
            return name;
        }
        int signal = (int) number(object(row.get("exit")), "signal");
        return name + " " + (signal != 0 ? Signals.name(signal) : text(object(row.get("exit")), "status"));
    }

    /** The rows in the order of printing, each with how far it is indented. */
    private Map<Map<String, Object>, Integer> depths(List<Map<String, Object>> rows) {
        Map<Map<String, Object>, Integer> order = new LinkedHashMap<>();
        if (!tree) {
            rows.forEach(row -> order.put(row, 0));
            return order;
        }
        Set<Long> shown = new LinkedHashSet<>();
        rows.forEach(row -> shown.add(number(row, "vpid")));
        for (Map<String, Object> row : rows) {
            if (!shown.contains(number(row, "parent"))) {
                descend(row, 0, rows, order);
            }
        }
        return order;
    }

    private static void descend(Map<String, Object> row, int depth, List<Map<String, Object>> rows, Map<Map<String, Object>, Integer> order) {
        if (order.putIfAbsent(row, depth) == null) {
            rows.stream().filter(child -> number(child, "parent") == number(row, "vpid")).forEach(child -> descend(child, depth + 1, rows, order));
        }
    }
}
