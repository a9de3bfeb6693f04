package io.ssi.node.cli;

import io.ssi.core.json.Json;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ssi-where", description = "Says on which node a process is.", sortOptions = false,
        footer = {"", "Example:", "  ssi-where 3000017"})
final class WhereCommand extends Base {
    @Parameters(paramLabel = "VPID", description = "Number of the process.")
    String vpid;

    @Option(names = "--json", description = "Print a JSON object.")
    boolean json;

    @Override
    public Integer call() {
        try (DaemonClient daemon = connect()) {
            Map<String, Object> row = object(daemon.ask("where", "vpid=" + vpid));
            out().println(json ? Json.write(row) : text(row, "vpid") + " is on node " + text(row, "node") + " (" + text(row, "state").toLowerCase(Locale.ROOT)
                    + ", host OS pid " + text(row, "osPid") + ", born on node " + text(row, "origin")
                    + (row.get("deputyNode") == null ? "" : ", terminal on node " + text(row, "deputyNode")) + ")");
        }
        return 0;
    }
}
