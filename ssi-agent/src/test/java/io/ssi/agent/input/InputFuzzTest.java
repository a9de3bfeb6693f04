package io.ssi.agent.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.Fuzz;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Input that was typed and not read yet, as it travels with a program and passes from a JVM to its deputy. */
@Timeout(600)
class InputFuzzTest {
    @Test
    void inputLogs() {
        InputLog log = new InputLog(7);
        log.add(new byte[] {1, 2, 3});
        log.add(new byte[100]);
        Fuzz.run(List.of(log.encode(), new InputLog(0).encode()), e -> e instanceof UncheckedIOException,
                input -> assertThat(InputLog.decode(input).bytes()).isBetween(0, input.length));
    }
}
