package io.ssi.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each file in resources/transcripts: which machine a new run is of ({@code source}, {@code source recover}, {@code target}, {@code
 * target recover}), then blocks of an event, {@code ----}, and the effects. Run with {@code -Dssi.transcripts.rewrite=true} to write
 * them anew, and read the difference.
 */
class MoveTranscriptTest {
    private static final Path FOLDER = Path.of("src/test/resources/transcripts");
    private static final long MOVE = 7;

    private SourceMove source;
    private TargetMove target;

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

    private String replay(String written) {
        StringBuilder out = new StringBuilder();
        boolean effects = false;
        for (String line : written.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                effects = false;
                out.append(line).append('\n');
            } else if (line.equals("----")) {
                effects = true;
            } else if (!effects) {
                out.append(line).append("\n----\n");
                step(line.split(" ")).forEach(effect -> out.append(show(effect)).append('\n'));
            }
        }
        return out.toString();
    }

    private List<MoveEffect> step(String[] words) {
        boolean recover = words.length > 1 && words[1].equals("recover");
        switch (words[0]) {
            case "source" -> {
                target = null;
                source = new SourceMove("process 1000001", "node 2", MOVE, 1, 5000);
                return recover ? source.recover() : source.begin();
            }
            case "target" -> {
                source = null;
                target = new TargetMove("process 1000001", MOVE, new byte[0]);
                return recover ? target.recover() : List.of();
            }
            default -> {
                MoveEvent event = event(words);
                return source != null ? source.on(event) : target.on(event);
            }
        }
    }

    private static MoveEvent event(String[] words) {
        return switch (words[0]) {
            case "jvm-up" -> new MoveEvent.JvmUp(List.of());
            case "jvm-gone" -> new MoveEvent.JvmGone("ended");
            case "peer-gone" -> new MoveEvent.PeerGone("reset");
            case "failed" -> new MoveEvent.Failed(new SsiException(ErrorCode.LIMIT, "too large"));
            case "proposed" -> new MoveEvent.Proposed(Boolean.parseBoolean(words[1]));
            case "vetoed" -> new MoveEvent.Vetoed(MoveEvent.Fate.valueOf(words[1]));
            case "unanswered" -> new MoveEvent.Unanswered("no quorum");
            case "adopted" -> new MoveEvent.Adopted(2, new byte[0]);
            case "timeout" -> new MoveEvent.Timeout();
            case "jvm" -> new MoveEvent.JvmSaid(message(words[1]));
            case "peer" -> new MoveEvent.PeerSaid(message(words[1]));
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private static LinkMessage message(String name) {
        return switch (name) {
            case "Prepared" -> new LinkMessage.Prepared(MOVE, "", List.of(), List.of(), "", List.of(), "", 0, 0, List.of());
            case "LandReady" -> new LinkMessage.LandReady(MOVE);
            case "ImageEnd" -> new LinkMessage.ImageEnd(MOVE, 0, 0, 0, 0, 0, 0, 0);
            case "Built" -> new LinkMessage.Built(MOVE, 0);
            case "Go" -> new LinkMessage.Go(MOVE, 2, new byte[0]);
            case "Running" -> new LinkMessage.Running(MOVE);
            case "Resumed" -> new LinkMessage.Resumed(MOVE);
            case "Cannot" -> new LinkMessage.Cannot(MOVE, ErrorCode.PINNED.number(), List.of("an open file"));
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static String show(MoveEffect effect) {
        return switch (effect) {
            case MoveEffect.ToJvm to -> "jvm <- " + to.message().getClass().getSimpleName();
            case MoveEffect.ToPeer to -> "peer <- " + to.message().getClass().getSimpleName();
            case MoveEffect.Wait wait -> wait.millis() == 0 ? "wait for ever" : "wait " + wait.millis() + " ms";
            case MoveEffect.Tell tell -> "tell " + tell.step() + ": " + tell.text();
            case MoveEffect.End end -> end.failure() == null ? "end: moved" : "end: " + end.failure().code() + " " + end.failure().getMessage();
            default -> effect.getClass().getSimpleName();
        };
    }
}
