package io.ssi.agent.deputy;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.wire.LinkMessage;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class OutputPumpTest {
    private static final OutputPump.Position START = new OutputPump.Position(2, 0, false);

    @TempDir
    Path folder;
    private final List<LinkMessage> said = new CopyOnWriteArrayList<>();

    private static LinkMessage.Stdio piece(long offset, String text) {
        return new LinkMessage.Stdio(1, 2, offset, text.getBytes(StandardCharsets.UTF_8));
    }

    private OutputPump.Position write(FileOutputStream to, OutputPump.Position from, LinkMessage.Stdio... pieces) throws Exception {
        OutputPump pump = new OutputPump(1, to.getFD(), from, said::add);
        pump.launch();
        for (LinkMessage.Stdio piece : pieces) {
            pump.add(piece);
        }
        pump.drain();
        return pump.shown();
    }

    @Test
    void whatIsSentTwiceIsShownOnce() throws Exception {
        Path file = folder.resolve("out");
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            assertThat(write(out, START, piece(0, "abc"), piece(0, "abcdef"), piece(3, "def"), piece(6, "g"))).isEqualTo(new OutputPump.Position(2, 7, false));
        }
        assertThat(Files.readString(file)).isEqualTo("abcdefg");
    }

    @Test
    void onAFullDiskOutputIsTakenAndTheProgramIsTold() throws Exception {
        OutputPump.Position before;
        try (FileOutputStream full = new FileOutputStream("/dev/full")) {
            before = write(full, START, piece(0, "abc"), piece(3, "def"));
        }
        assertThat(before).isEqualTo(new OutputPump.Position(2, 6, true));
        assertThat(said).contains(new LinkMessage.StdioBroken(1));
        // What takes its place goes on with that, and leaves no hole in the output when there is room again.
        Path file = folder.resolve("later");
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            assertThat(write(out, before, piece(6, "ghi"))).isEqualTo(new OutputPump.Position(2, 9, true));
        }
        assertThat(file).isEmptyFile();
    }
}
