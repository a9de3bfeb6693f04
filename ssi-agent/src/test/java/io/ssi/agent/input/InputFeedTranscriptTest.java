package io.ssi.agent.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each file in resources/input: blocks of a command, {@code ----}, and what the feed does. {@code end} stands for an end of file.
 * Run with {@code -Dssi.transcripts.rewrite=true} to write them anew, and read the difference.
 */
class InputFeedTranscriptTest {
    private static final Path FOLDER = Path.of("src/test/resources/input");

    static Stream<String> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void doesAsWritten(String name) throws IOException {
        String written = Files.readString(FOLDER.resolve(name));
        StringBuilder seen = new StringBuilder();
        InputFeed feed = new InputFeed(new InputLog(0));
        boolean effects = false;
        for (String line : written.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                effects = false;
                seen.append(line).append('\n');
            } else if (line.equals("----")) {
                effects = true;
            } else if (!effects) {
                String[] words = line.split(" ");
                seen.append(line).append("\n----\n");
                switch (words[0]) {
                    case "want" -> seen.append(show(feed.wanted(Long.parseLong(words[1]), Integer.parseInt(words[2]))));
                    case "read" -> seen.append(show(feed.read(bytes(words[1]))));
                    case "exec" -> feed = new InputFeed(InputLog.decode(feed.rest().encode()));
                    default -> throw new IllegalArgumentException(line);
                }
            }
        }
        if (Boolean.getBoolean("ssi.transcripts.rewrite")) {
            Files.writeString(FOLDER.resolve(name), seen);
        } else {
            assertThat(seen.toString()).isEqualTo(written);
        }
    }

    private static byte[] bytes(String word) {
        return word.equals("end") ? new byte[0] : word.getBytes(StandardCharsets.UTF_8);
    }

    private static String show(InputFeed.Act act) {
        return switch (act) {
            case null -> "";
            case InputFeed.Act.Read read -> "read " + read.max() + "\n";
            case InputFeed.Act.Close close -> "close " + close.position() + "\n";
            case InputFeed.Act.Send send -> "send " + send.position() + " "
                    + (send.bytes().length == 0 ? "end" : new String(send.bytes(), StandardCharsets.UTF_8)) + "\n";
        };
    }
}
