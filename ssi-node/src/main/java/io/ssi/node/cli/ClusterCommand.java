package io.ssi.node.cli;

import io.ssi.core.json.Json;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "ssi-cluster", description = "Shows the nodes of the cluster, or what happened to them.", sortOptions = false,
        footer = {"", "Example: why was node 3 away last night", "  ssi-cluster --history"})
final class ClusterCommand extends Base {
    @Option(names = "--history", description = {"Every change of a node's state with its cause, as the daemon of this host saw it;",
        "the last 1000, those before its restarts included."})
    boolean history;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Override
    public Integer call() {
        Object answer;
        try (DaemonClient daemon = connect()) {
            answer = daemon.ask(history ? "history" : "cluster");
        }
        if (json) {
            out().println(Json.write(answer));
        } else {
            print(history ? historyLines(objects(answer), ZoneId.systemDefault()) : lines(object(answer), ZoneId.systemDefault()));
        }
        return 0;
    }

    static List<String> lines(Map<String, Object> answer, ZoneId zone) {
        List<List<String>> cells = new ArrayList<>();
        for (Map<String, Object> node : objects(answer.get("nodes"))) {
            cells.add(List.of(text(node, "node"), text(node, "name"), text(node, "address"), text(node, "state"),
                    node.get("uptimeMillis") == null ? "-" : Text.duration(number(node, "uptimeMillis")), text(node, "load"),
                    text(node, "processes"),
                    Boolean.TRUE.equals(node.get("self")) ? "this host" : ""));
        }
        List<String> lines = new ArrayList<>(Text.table(List.of(">NODE", "NAME", "ADDRESS", "STATE", ">UPTIME", ">LOAD", ">PROCESSES", ""), cells));
        for (Map<String, Object> refusal : objects(answer.get("refused"))) {
            lines.add("refused: " + Text.full(number(refusal, "atMillis"), zone) + "  " + text(refusal, "address") + "  " + text(refusal, "reason"));
        }
        return lines;
    }

    static List<String> historyLines(List<Map<String, Object>> changes, ZoneId zone) {
        List<List<String>> cells = new ArrayList<>();
        for (Map<String, Object> change : changes) {
            cells.add(List.of(Text.full(number(change, "atMillis"), zone), text(change, "node"), text(change, "from"), text(change, "to"),
                    text(change, "cause")));
        }
        return Text.table(List.of("TIME", ">NODE", "FROM", "TO", "CAUSE"), cells);
    }
}
