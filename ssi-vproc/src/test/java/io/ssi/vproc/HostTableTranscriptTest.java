package io.ssi.vproc;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each file in resources/transcripts: blocks of a command ({@code time event ...}), {@code ----}, and the effects. Run with
 * {@code -Dssi.transcripts.rewrite=true} to write them anew, and read the difference.
 */
class HostTableTranscriptTest {
    private static final Path FOLDER = Path.of("src/test/resources/transcripts");

    static Stream<String> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void effectsAreAsWritten(String name) throws IOException {
        String written = Files.readString(FOLDER.resolve(name));
        String seen = replay(written);
        if (Boolean.getBoolean("ssi.transcripts.rewrite")) {
            Files.writeString(FOLDER.resolve(name), seen);
        } else {
            assertThat(seen).isEqualTo(written);
        }
    }

    private static String replay(String written) {
        HostTable table = new HostTable(new NodeId(1), 0);
        StringBuilder out = new StringBuilder();
        boolean effects = false;
        for (String line : written.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                effects = false;
                out.append(line).append('\n');
            } else if (line.equals("----")) {
                effects = true;
            } else if (!effects) {
                String[] words = line.split(" ");
                out.append(line).append("\n----\n");
                table.apply(event(words), Long.parseLong(words[0])).forEach(effect -> out.append(show(effect)).append('\n'));
            }
        }
        return out.toString();
    }

    private static HostEvent event(String[] words) {
        Map<String, String> options = new HashMap<>();
        for (int i = 2; i < words.length; i++) {
            String[] pair = words[i].split("=");
            if (pair.length == 2) {
                options.put(pair[0], pair[1]);
            }
        }
        VPid vpid = words.length > 2 && words[2].matches("[0-9]+/[0-9]+") ? new VPid(Integer.parseInt(words[2].split("/")[0])) : null;
        int incarnation = vpid == null ? 0 : Integer.parseInt(words[2].split("/")[1]);
        return switch (words[1]) {
            case "born" -> new HostEvent.Born(row(vpid, incarnation, options));
            case "readopted" -> new HostEvent.Readopted(row(vpid, incarnation, options));
            case "arrived" -> new HostEvent.Arrived(row(vpid, incarnation, options));
            case "departed" -> new HostEvent.Departed(vpid, incarnation);
            case "sampled" -> new HostEvent.Sampled(vpid, incarnation, "true".equals(options.get("stopped")),
                    new ProcessRow.Usage(number(options, "threads"), number(options, "cpu"), number(options, "heap")));
            case "move-begun" -> new HostEvent.MoveBegun(vpid, incarnation);
            case "move-undecided" -> new HostEvent.MoveUndecided(vpid, incarnation);
            case "move-off" -> new HostEvent.MoveOff(vpid, incarnation);
            case "exiting" -> new HostEvent.Exiting(vpid, incarnation, number(options, "status"));
            case "gone" -> new HostEvent.Gone(vpid, incarnation, options.containsKey("signal") ? ExitStatus.killed(number(options, "signal"))
                    : options.containsKey("status") ? ExitStatus.exited(number(options, "status")) : ExitStatus.unknown("unseen"));
            case "parent-gone" -> new HostEvent.ParentGone(Integer.parseInt(words[2]));
            case "merged" -> new HostEvent.Merged();
            case "tick" -> new HostEvent.Tick();
            case "table" -> new HostEvent.TableSeen(claims(words));
            default -> throw new IllegalArgumentException(words[1]);
        };
    }

    /** vpid/incarnation@owner ... */
    private static Map<Integer, HostEvent.Claim> claims(String[] words) {
        Map<Integer, HostEvent.Claim> claims = new HashMap<>();
        for (int i = 2; i < words.length; i++) {
            String[] parts = words[i].split("[/@]");
            claims.put(Integer.parseInt(parts[0]), new HostEvent.Claim(Integer.parseInt(parts[2]), Integer.parseInt(parts[1])));
        }
        return claims;
    }

    private static ProcessRow row(VPid vpid, int incarnation, Map<String, String> options) {
        return new ProcessRow(vpid, incarnation, number(options, "parent"), new NodeId(1), 4711, "user", ProcessState.RUNNING,
                new ProcessRow.Usage(0, number(options, "cpu"), 0), 0, "Main", "/", number(options, "deputy"), Optional.empty());
    }

    private static int number(Map<String, String> options, String key) {
        return Integer.parseInt(options.getOrDefault(key, "0"));
    }

    private static String show(HostEffect effect) {
        return switch (effect) {
            case HostEffect.PutRow put -> "put " + show(put.row());
            case HostEffect.RemoveRow remove -> "remove " + remove.vpid() + "/" + remove.incarnation();
            case HostEffect.PlaceBorn born -> "place-born " + born.vpid();
            case HostEffect.PlaceGone gone -> "place-gone " + gone.vpid() + "/" + gone.incarnation();
            case HostEffect.Ended ended -> "ended " + show(ended.row());
        };
    }

    private static String show(ProcessRow row) {
        List<String> words = new ArrayList<>(List.of(row.vpid() + "/" + row.incarnation(), row.state().name().toLowerCase(java.util.Locale.ROOT)));
        words.add("parent=" + row.parent());
        words.add("cpu=" + row.usage().cpuMillis());
        row.exit().ifPresent(exit -> words.add("status=" + exit.status() + " signal=" + exit.signal()
                + (exit.cause().isEmpty() ? "" : " cause=" + exit.cause())));
        return String.join(" ", words);
    }
}
