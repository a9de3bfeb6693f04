package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ssi.core.json.Json;
import io.ssi.node.cli.CommandRunner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Nodes 1, 2 and 3, as daemons of their own, and the commands a user would give. */
final class ClusterOfThree implements AutoCloseable {
    static final int NODES = 3;
    /** What a command said. */
    record Said(int exitCode, String out, String err) {}

    /** Where the nodes are. */
    interface Hosts {
        String address(int node);

        /** A command that a user gives on the host of this node. */
        Said command(int node, List<String> arguments) throws IOException;
    }

    private static final Hosts LOOPBACK = new Hosts() {
        @Override
        public String address(int node) {
            return "127.0.0." + (node + 1);
        }

        @Override
        public Said command(int node, List<String> arguments) {
            return run(arguments);
        }
    };

    private final Path folder;
    private final Hosts hosts;
    private final int port;
    private final boolean[] runs = new boolean[NODES + 1];
    private final Map<Integer, List<String>> settings = new HashMap<>();

    /** All on loopback addresses of this host. */
    ClusterOfThree(Path folder) throws IOException {
        this(folder, LOOPBACK);
    }

    ClusterOfThree(Path folder, Hosts hosts) throws IOException {
        this.folder = folder;
        this.hosts = hosts;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
    }

    /** A setting of one node; before it starts. */
    void set(int node, String keyAndValue) {
        settings.computeIfAbsent(node, each -> new ArrayList<>()).addAll(List.of("-o", keyAndValue));
    }

    void start() throws IOException {
        for (int node = 1; node <= NODES; node++) {
            start(node);
        }
    }

    void start(int node) throws IOException {
        boolean first = node == 1 || Files.exists(state(node));
        Said said = node(first ? "start" : "join", node);
        assertThat(said.exitCode()).as(said.err()).isZero();
        assertThat(said.out()).startsWith("node " + node + " ");
        runs[node] = true;
    }

    void stop(int node) throws IOException {
        assertThat(node("stop", node).exitCode()).isZero();
        runs[node] = false;
    }

    /** Waits for the end of a daemon that ends by itself. */
    void died(int node) throws IOException {
        ProcessHandle.of(Long.parseLong(Files.readString(state(node).resolve("daemon.pid")).strip())).ifPresent(daemon -> daemon.onExit().join());
        runs[node] = false;
    }

    /** As a power failure ends daemons, all at once. */
    void kill(int... nodes) throws IOException {
        List<ProcessHandle> daemons = new ArrayList<>();
        for (int node : nodes) {
            daemons.add(ProcessHandle.of(Long.parseLong(Files.readString(state(node).resolve("daemon.pid")).strip())).orElseThrow());
            runs[node] = false;
        }
        daemons.forEach(ProcessHandle::destroyForcibly);
        daemons.forEach(daemon -> daemon.onExit().join());
    }

    private Said node(String verb, int node) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("ssi-node", verb));
        if (verb.equals("join")) {
            arguments.addAll(List.of(hosts.address(1) + ":" + port, "--key", state(1).resolve("cluster.key").toString()));
        }
        arguments.addAll(List.of("-o", "state-dir=" + state(node), "-o", "name=n" + node, "-o", "port=" + port, "-o", "address=" + hosts.address(node)));
        arguments.addAll(settings.getOrDefault(node, List.of()));
        return hosts.command(node, arguments);
    }

    Path state(int node) {
        return folder.resolve("n" + node);
    }

    Path socket(int node) {
        return state(node).resolve("daemon.sock");
    }

    /** The node that leads the Raft group, as another sees it; 0 if it sees none. */
    int leader(int asked) {
        Said said = run(List.of("ssi-node", "status", "-o", "state-dir=" + state(asked), "--json"));
        return object(Json.parse(said.out())).get("leader") instanceof Long number ? number.intValue() : 0;
    }

    /** A command, given to the daemon of a node. */
    Said ask(int node, String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command, "-s", socket(node).toString()));
        all.addAll(List.of(arguments));
        return run(all);
    }

    private static Said run(List<String> arguments) {
        CommandRunner commands = new CommandRunner();
        int exitCode = commands.run(arguments.toArray(String[]::new));
        return new Said(exitCode, commands.out(), commands.err());
    }

    /** Moves a process, ordered at a node; the result as JSON. */
    Map<String, Object> move(int askedNode, int vpid, int target) {
        Said said = ask(askedNode, "ssi-migrate", "--json", "--wait", "30s", Integer.toString(vpid), Integer.toString(target));
        assertThat(said.exitCode()).as("moving %d to node %d: %s", vpid, target, said.err()).isZero();
        Map<String, Object> moved = object(Json.parse(said.out().lines().reduce((before, last) -> last).orElseThrow()));
        // Every microsecond of the pause is of one of its parts, but for what is lost to rounding.
        long parts = object(moved.get("parts")).values().stream().mapToLong(micros -> (Long) micros).sum();
        assertThat(parts).as(said.out()).isCloseTo((Long) moved.get("pauseMicros"), within(100L));
        return moved;
    }

    /** Rows of the processes with this text in their command, as a node sees them. */
    List<Map<String, Object>> ps(int node, String text) {
        Said said = ask(node, "ssi-ps", "--json", text);
        assertThat(said.exitCode()).as(said.err()).isZero();
        return objects(Json.parse(said.out()));
    }

    /** Where a process is, as a node sees it; 0 if it does not. */
    int where(int node, int vpid) {
        Said said = ask(node, "ssi-where", "--json", Integer.toString(vpid));
        return said.exitCode() == 0 ? ((Long) object(Json.parse(said.out())).get("node")).intValue() : 0;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object json) {
        return (Map<String, Object>) json;
    }

    static List<Map<String, Object>> objects(Object json) {
        return ((List<?>) json).stream().map(ClusterOfThree::object).toList();
    }

    /** Host processes that have these words in their command line and belong to this cluster. */
    List<Long> osProcesses(String... words) {
        List<Long> found = new ArrayList<>();
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            all.forEach(process -> {
                String line = commandLine(process.pid());
                if (line.contains(folder.toString()) && List.of(words).stream().allMatch(line::contains)) {
                    found.add(process.pid());
                }
            });
        }
        return found;
    }

    static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), java.nio.charset.StandardCharsets.ISO_8859_1).replace('\0', ' ');
        } catch (IOException ended) {
            return "";
        }
    }

    /** Everything it started is ended, also what tests left behind. */
    @Override
    public void close() throws IOException {
        for (int node = NODES; node >= 1; node--) {
            if (runs[node]) {
                kill(node);
            }
        }
        osProcesses().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }
}
