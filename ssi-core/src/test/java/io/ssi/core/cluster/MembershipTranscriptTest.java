package io.ssi.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.id.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Plays the commands of src/test/resources/membership/*.txt: {@code MILLIS event arguments}, {@code ----}, the expected changes. With
 * -Dssi.transcripts.write=true the files are written anew; read the diff.
 */
class MembershipTranscriptTest {
    private static final Path FOLDER = Path.of("src/test/resources/membership");

    @Test
    void everyTranscriptHolds() throws IOException {
        List<Path> files;
        try (var listed = Files.list(FOLDER)) {
            files = listed.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
        }
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            String before = Files.readString(file);
            String now = play(before);
            if (Boolean.getBoolean("ssi.transcripts.write")) {
                Files.writeString(file, now);
                continue;
            }
            assertThat(now).as(file.toString()).isEqualTo(before);
        }
    }

    private static String play(String text) {
        MembershipTable table = new MembershipTable(new NodeId(1));
        StringBuilder out = new StringBuilder();
        boolean expectation = false;
        for (String line : text.split("\n")) {
            if (line.isBlank()) {
                expectation = false;
                out.append('\n');
            } else if (line.startsWith("#")) {
                out.append(line).append('\n');
            } else if (line.equals("----")) {
                expectation = true;
            } else if (!expectation) {
                out.append(line).append("\n----\n").append(run(table, line));
            }
        }
        return out.toString();
    }

    private static String run(MembershipTable table, String line) {
        String[] words = line.split(" ", 4);
        long now = Long.parseLong(words[0]);
        NodeId node = words.length > 2 ? new NodeId(Integer.parseInt(words[2])) : null;
        String rest = words.length > 3 ? words[3] : "";
        List<Membership.Change> changes = switch (words[1]) {
            case "had-left" -> table.hadLeft(node);
            case "registered" -> table.registered(node, rest.split(" ")[0], rest.split(" ")[1], now);
            case "removed" -> table.removed(node, now);
            case "link-up" -> table.linkUp(node, rest, now);
            case "link-down" -> table.linkDown(node, rest, now);
            case "listed" -> table.listed(node);
            case "unlisted" -> table.unlisted(node, rest, now);
            case "leaving" -> table.leaving(node, rest, now);
            case "tick" -> table.tick(now);
            default -> throw new IllegalArgumentException(line);
        };
        return changes.isEmpty() ? "nothing\n" : changes.stream()
                .map(change -> "node " + change.node() + " " + (change.from() == null ? "new" : change.from()) + " -> " + change.to() + ": " + change.cause() + "\n").collect(Collectors.joining());
    }
}
