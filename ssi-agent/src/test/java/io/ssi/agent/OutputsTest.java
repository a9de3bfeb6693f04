package io.ssi.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class OutputsTest {
    @TempDir
    Path folder;

    /** A pipe that has these, one after the other; where there is "" it is empty when it is looked at. */
    private static InputStream pipe(String... pieces) {
        Queue<String> next = new ArrayDeque<>(List.of(pieces));
        return new InputStream() {
            @Override
            public int available() {
                if (!next.isEmpty() && next.peek().isEmpty()) {
                    next.remove();
                    return 0;
                }
                return next.isEmpty() ? 0 : next.peek().length();
            }

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] bytes) {
                byte[] piece = next.remove().getBytes(StandardCharsets.UTF_8);
                System.arraycopy(piece, 0, bytes, 0, piece.length);
                return piece.length;
            }
        };
    }

    private Path emptied(InputStream pipe) throws Exception {
        Path file = folder.resolve("1.0");
        try (RandomAccessFile part = new RandomAccessFile(file.toFile(), "rw")) {
            Outputs.empty(pipe, part);
        }
        return file;
    }

    @Test
    void whatAThreadWritesThatWaitedForRoomIsTakenToo() throws Exception {
        assertThat(emptied(pipe("one", "", "two", "", "", "three"))).hasContent("onetwothree");
    }

    @Test
    void anInterruptedThreadLosesNothing() throws Exception {
        Thread.currentThread().interrupt();
        assertThat(emptied(pipe("one", "", "two"))).hasContent("onetwo");
    }
}
