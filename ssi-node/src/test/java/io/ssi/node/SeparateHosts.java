package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Hosts as far as the network goes: each node has a network namespace of its own, with its own loopback and one cable to a
 * bridge, which is in another namespace, so that nothing of it meets this machine's network. Files and process numbers are this machine's.
 */
final class SeparateHosts implements ClusterOfThree.Hosts, AutoCloseable {
    private final String name = "ssi-it" + ProcessHandle.current().pid();
    private final String bridge = name + "-bridge";

    private SeparateHosts() {}

    /** @throws IOException with the reason where this user may not make network namespaces, or has no ip(8) and nsenter(1) */
    static SeparateHosts make() throws IOException {
        SeparateHosts hosts = new SeparateHosts();
        try {
            hosts.wire();
        } catch (IOException e) {
            hosts.close();
            throw e;
        }
        return hosts;
    }

    private void wire() throws IOException {
        run("ip", "netns", "add", bridge);
        run("ip", "-n", bridge, "link", "add", "br0", "up", "type", "bridge", "stp_state", "0", "forward_delay", "0");
        for (int node = 1; node <= ClusterOfThree.NODES; node++) {
            run("ip", "netns", "add", host(node));
            run("ip", "-n", host(node), "link", "add", "eth0", "type", "veth", "peer", "name", port(node), "netns", bridge);
            run("ip", "-n", host(node), "addr", "add", address(node) + "/24", "dev", "eth0");
            run("ip", "-n", host(node), "link", "set", "lo", "up");
            run("ip", "-n", host(node), "link", "set", "eth0", "up");
            run("ip", "-n", bridge, "link", "set", port(node), "master", "br0", "up");
        }
        run("nsenter", "--net=/run/netns/" + host(1), "true");
    }

    private String host(int node) {
        return name + "-" + node;
    }

    private static String port(int node) {
        return "port" + node;
    }

    @Override
    public String address(int node) {
        return "10.77.0." + node;
    }

    /** Pulls the cable of a host, or plugs it in again; nobody is told. */
    void cable(int node, boolean plugged) throws IOException {
        run("ip", "-n", bridge, "link", "set", port(node), plugged ? "up" : "down");
    }

    @Override
    public ClusterOfThree.Said command(int node, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + host(node), System.getProperty("java.home") + "/bin/java",
                "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), "io.ssi.node.cli.Main"));
        command.addAll(arguments);
        return said(command);
    }

    private static void run(String... command) throws IOException {
        ClusterOfThree.Said said = said(List.of(command));
        if (said.exitCode() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.err().strip());
        }
    }

    /** What a command prints is short, so one pipe after the other may be read. */
    private static ClusterOfThree.Said said(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new ClusterOfThree.Said(process.onExit().join().exitValue(), out, err);
    }

    @Override
    public void close() throws IOException {
        for (String made : said(List.of("ip", "netns", "list")).out().lines().map(line -> line.split(" ")[0]).filter(name -> name.startsWith(this.name)).toList()) {
            assertThat(said(List.of("ip", "netns", "del", made)).err()).isEmpty();
        }
    }
}
