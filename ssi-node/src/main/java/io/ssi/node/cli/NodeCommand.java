package io.ssi.node.cli;

import io.ssi.core.config.NodeConfig;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.json.Json;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

@Command(name = "ssi-node", description = "Starts, stops and asks the node daemon of this host.", sortOptions = false,
        footer = {"", "Example: a second node on this host, in the cluster of the first", "  ssi-node join 127.0.0.1:7700 --key ~/.ssi/cluster.key \\",
            "      -o state-dir=/tmp/ssi2 -o address=127.0.0.2"})
final class NodeCommand implements Runnable {
    private static final long STOP_SECONDS = 20;

    @Spec
    CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, scope = ScopeType.INHERIT, description = "Show this.")
    boolean help;

    @Option(names = {"-c", "--config"}, paramLabel = "FILE", scope = ScopeType.INHERIT,
            description = "Configuration file (default: /etc/ssi/ssi.conf for root, ~/.ssi/ssi.conf for others).")
    Path file;

    @Option(names = "-o", paramLabel = "KEY=VALUE", scope = ScopeType.INHERIT, description = "Set a key of the configuration: for this run, or for good with join and the first start.")
    List<String> overrides = new ArrayList<>();

    /** Of the verbs that ask a daemon which runs. */
    static final class Asked {
        @Option(names = {"-s", "--socket"}, paramLabel = "PATH", description = "Of the daemon at this socket (default: that of the configuration).")
        Path socket;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: start, stop, status, join or config");
    }

    private Path socket(Asked asked) {
        return asked.socket == null ? NodeConfig.load(file, overrides).socket() : asked.socket.toAbsolutePath();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    @Command(name = "start", description = "Starts the daemon; returns when programs can use it.", footer = {"", "Example:", "  ssi-node start -o port=7701"})
    int start(@Option(names = {"-f", "--foreground"}, description = "Stay in the foreground and log to standard error.") boolean foreground) {
        return launch(foreground, overrides, false);
    }

    private int launch(boolean foreground, List<String> settings, boolean keep) {
        NodeConfig config = NodeConfig.load(file, settings);
        DaemonLauncher launcher = new DaemonLauncher(config, file, settings, keep);
        if (foreground) {
            return launcher.foreground();
        }
        out().println(launcher.background());
        return 0;
    }

    @Command(name = "stop", description = "Stops the daemon in order. Programs go on and find the next daemon of this host.",
            footer = {"", "Example:", "  ssi-node stop"})
    int stop(@Mixin Asked which) {
        Path asked = socket(which);
        long pid;
        try (DaemonClient daemon = DaemonClient.connect(asked)) {
            pid = Base.number(Base.object(daemon.ask("status")), "pid");
            daemon.ask("stop");
        }
        if (!DaemonLauncher.awaitEnd(pid, STOP_SECONDS)) {
            throw new SsiException(ErrorCode.TIMEOUT, "the node daemon (pid " + pid + ") has not ended after " + STOP_SECONDS + " s; see its log beside " + asked);
        }
        out().println("the node daemon at " + asked + " has stopped");
        return 0;
    }

    @Command(name = "status", description = "Says whether the daemon runs, and how it is.", footer = {"", "Example:", "  ssi-node status --json"})
    int status(@Mixin Asked which, @Option(names = "--json", description = "Print a JSON object, with meters.") boolean json) {
        Map<String, Object> status;
        try (DaemonClient daemon = DaemonClient.connect(socket(which))) {
            status = Base.object(daemon.ask("status"));
        }
        if (json) {
            out().println(Json.write(status));
        } else {
            out().println(DaemonLauncher.describe(status) + ", up " + Text.duration(Base.number(status, "uptimeMillis")) + ", "
                    + Base.text(status, "processes") + " processes, pid " + Base.text(status, "pid"));
        }
        return 0;
    }

    @Command(name = "join", description = {"Makes this host a node of a cluster, by any node of it, and starts its daemon.",
        "Both need the same cluster key: copy it from that node, or name the file."},
            footer = {"", "Example:", "  ssi-node join 10.0.0.1:7700 --key /media/usb/cluster.key -o address=10.0.0.2"})
    int join(@Parameters(paramLabel = "HOST:PORT", description = "A node of the cluster.") String node,
            @Option(names = {"-k", "--key"}, paramLabel = "FILE", description = "The cluster's key; it is copied to this node's own place.") Path key) {
        InetSocketAddress asked = NodeConfig.endpoint(node)
                .orElseThrow(() -> new SsiException(ErrorCode.BAD_ARGUMENT, "'" + node + "' is not HOST:PORT, for example 10.0.0.1:7700"));
        if (new InetSocketAddress(asked.getHostString(), asked.getPort()).isUnresolved()) {
            throw new SsiException(ErrorCode.NODE_DOWN, "no address is known for the host of " + node + "; check its name");
        }
        List<String> settings = new ArrayList<>(overrides);
        settings.add("join=" + node);
        NodeConfig config = NodeConfig.load(file, settings);
        if (DaemonLauncher.runs(config.socket())) {
            throw new SsiException(ErrorCode.CANNOT_START, "a node daemon runs at " + config.socket() + "; stop it first: ssi-node stop");
        }
        Joining joining = new Joining(config, out());
        joining.prepare(node, key);
        try {
            int exitCode = launch(false, settings, true);
            joining.remember(node);
            return exitCode;
        } catch (SsiException failed) {
            if (failed.code() != ErrorCode.TIMEOUT) {
                joining.undo();
            }
            throw failed;
        }
    }

    @Command(name = "config", description = "Prints a configuration file with every key explained.", footer = {"", "Example:", "  ssi-node config > ~/.ssi/ssi.conf"})
    int printConfig() {
        out().print(NodeConfig.defaultFile());
        out().flush();
        return 0;
    }
}
