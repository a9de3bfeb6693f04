package io.ssi.node.cli;

import io.ssi.core.config.NodeConfig;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import io.ssi.core.json.Json;
import io.ssi.node.StateDir;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
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

    @Option(names = "-o", paramLabel = "KEY=VALUE", scope = ScopeType.INHERIT, description = "Set a key of the configuration for this run.")
    List<String> overrides = new ArrayList<>();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: start, stop, status, join or config");
    }

    private NodeConfig config() {
        return NodeConfig.load(file, overrides);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    @Command(name = "start", description = "Starts the daemon; returns when programs can use it.", footer = {"", "Example:", "  ssi-node start -o port=7701"})
    int start(@Option(names = {"-f", "--foreground"}, description = "Stay in the foreground and log to standard error.") boolean foreground) {
        return launch(foreground, overrides);
    }

    private int launch(boolean foreground, List<String> settings) {
        NodeConfig config = NodeConfig.load(file, settings);
        DaemonLauncher launcher = new DaemonLauncher(config, file, settings);
        if (foreground) {
            return launcher.foreground();
        }
        out().println(launcher.background());
        return 0;
    }

    @Command(name = "stop", description = "Stops the daemon in order. Programs go on and find the next daemon of this host.",
            footer = {"", "Example:", "  ssi-node stop"})
    int stop() {
        Path socket = config().socket();
        long pid;
        try (DaemonClient daemon = DaemonClient.connect(socket)) {
            pid = Base.number(Base.object(daemon.ask("status")), "pid");
            daemon.ask("stop");
        }
        if (!DaemonLauncher.awaitEnd(pid, STOP_SECONDS)) {
            throw new SsiException(ErrorCode.TIMEOUT, "the node daemon (pid " + pid + ") has not ended after " + STOP_SECONDS + " s; see its log beside " + socket);
        }
        out().println("the node daemon at " + socket + " has stopped");
        return 0;
    }

    @Command(name = "status", description = "Says whether the daemon runs, and how it is.", footer = {"", "Example:", "  ssi-node status --json"})
    int status(@Option(names = "--json", description = "Print a JSON object, with meters.") boolean json) {
        Map<String, Object> status;
        try (DaemonClient daemon = DaemonClient.connect(config().socket())) {
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
        if (NodeConfig.endpoint(node).isEmpty()) {
            throw new SsiException(ErrorCode.BAD_ARGUMENT, "'" + node + "' is not HOST:PORT, for example 10.0.0.1:7700");
        }
        List<String> settings = new ArrayList<>(overrides);
        settings.add("join=" + node);
        NodeConfig config = NodeConfig.load(file, settings);
        if (DaemonLauncher.runs(config.socket())) {
            throw new SsiException(ErrorCode.CANNOT_START, "a node daemon runs at " + config.socket() + "; stop it first: ssi-node stop");
        }
        Membership membership = new Membership(config, out());
        membership.prepare(node, key);
        int exitCode = launch(false, settings);
        membership.remember(node);
        return exitCode;
    }

    @Command(name = "config", description = "Prints a configuration file with every key explained.", footer = {"", "Example:", "  ssi-node config > ~/.ssi/ssi.conf"})
    int printConfig() {
        out().print(NodeConfig.defaultFile());
        out().flush();
        return 0;
    }

    /** What of a state folder belongs to a cluster. */
    private record Membership(NodeConfig config, PrintWriter out) {
        /**
         * Puts the key in place. A folder that belongs to another cluster, mostly one of this node alone, is put aside and not
         * removed, so nothing is lost by a mistake.
         */
        void prepare(String node, Path key) {
            try {
                StateDir.create(config.stateDir());
                boolean sameKey = key == null || Files.exists(config.keyFile()) && Files.mismatch(key, config.keyFile()) < 0;
                boolean member = Files.exists(marker()) && Files.readString(marker()).lines().anyMatch(node::equals);
                Path cluster = config.stateDir().resolve("cluster");
                if (Files.exists(cluster) && !(sameKey && member)) {
                    Path aside = config.stateDir().resolve("before-join-" + System.currentTimeMillis());
                    Files.createDirectories(aside);
                    for (Path part : List.of(cluster, marker(), config.stateDir().resolve("vpids"))) {
                        if (Files.exists(part)) {
                            Files.move(part, aside.resolve(part.getFileName()));
                        }
                    }
                    out.println("this node was in another cluster; what it knew of that is kept in " + aside);
                }
                if (!sameKey) {
                    Files.createDirectories(config.keyFile().getParent());
                    Files.deleteIfExists(config.keyFile());
                    Files.createFile(config.keyFile(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                    Files.write(config.keyFile(), Files.readAllBytes(key));
                } else if (!Files.exists(config.keyFile())) {
                    throw new SsiException(ErrorCode.BAD_KEY, "this node has no cluster key at " + config.keyFile()
                            + "; name that of the cluster with --key FILE");
                }
            } catch (IOException e) {
                throw new SsiException(ErrorCode.CANNOT_START, "the key or the state folder " + config.stateDir() + " cannot be used: " + IoReason.of(e), e);
            }
        }

        /** A later join by the same node only starts the daemon. The membership itself is remembered by the daemon. */
        void remember(String node) {
            try {
                Files.writeString(marker(), node + "\n");
            } catch (IOException e) {
                out.println("cannot write " + marker() + ": " + e);
            }
        }

        private Path marker() {
            return config.stateDir().resolve("joined");
        }
    }
}
