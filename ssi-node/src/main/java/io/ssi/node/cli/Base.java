package io.ssi.node.cli;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.VPid;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands have: which daemon to ask, and help. */
abstract class Base implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Option(names = {"-s", "--socket"}, paramLabel = "PATH", description = "Ask the daemon at this socket (default: SSI_SOCKET, else that of this user).")
    Path socket;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this.")
    boolean help;

    DaemonClient connect() {
        return DaemonClient.connect(socket());
    }

    Path socket() {
        return socket != null ? socket.toAbsolutePath() : SocketPath.find();
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    void print(List<String> lines) {
        lines.forEach(out()::println);
    }

    /** @throws SsiException BAD_ARGUMENT for what cannot be the number of a process */
    static void checkVPid(String text) {
        try {
            new VPid(Integer.parseInt(text));
        } catch (IllegalArgumentException e) {
            throw new SsiException(ErrorCode.BAD_ARGUMENT, "'" + text + "' is not a VPID (node x 1000000 + sequence, for example 3000017)", e);
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object json) {
        return (Map<String, Object>) json;
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> objects(Object json) {
        return (List<Map<String, Object>>) json;
    }

    static long number(Map<String, Object> object, String key) {
        return object.get(key) instanceof Number number ? number.longValue() : 0;
    }

    static String text(Map<String, Object> object, String key) {
        Object value = object.get(key);
        return value == null ? "-" : value.toString();
    }
}
