package io.ssi.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.agent.program.BusyLoops;
import io.ssi.core.wire.LinkMessage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every loop stops for a freeze, however it is compiled and as often as it is asked. */
class PollIT {
    private static final int WAIT_MILLIS = 10_000;
    /** Long enough that what was dropped is compiled again. */
    private static final int RUN_MILLIS = 150;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseG1GC"})
    void everyKindOfLoopStopsAndGoesOn(String collector) throws Exception {
        freeze(4, RUN_MILLIS, collector, "counted", "countedLong", "nothing", "awaitNever", "array", "calls");
    }

    @Test
    void hundredsOfTimes() throws Exception {
        freeze(200, 1, "-XX:+UseG1GC", "calls");
    }

    private void freeze(int times, int runMillis, String flag, String... kinds) throws Exception {
        File out = folder.resolve("out").toFile();
        File err = folder.resolve("err").toFile();
        try (FakeDaemon daemon = new FakeDaemon(folder)) {
            List<String> command = Jvm.command("socket=" + daemon.path, BusyLoops.class);
            command.add(1, flag);
            command.addAll(List.of(kinds));
            Process process = new ProcessBuilder(command).redirectOutput(out).redirectError(err).start();
            try {
                daemon.await(LinkMessage.Hello.class);
                daemon.send(new LinkMessage.Prepare(1));
                daemon.await(LinkMessage.Prepared.class);
                List<Long> micros = new ArrayList<>();
                for (int i = 1; i <= times; i++) {
                    // The program's own time between two freezes.
                    Thread.sleep(runMillis);
                    daemon.send(new LinkMessage.Freeze(i, WAIT_MILLIS));
                    LinkMessage.ImageEnd image = daemon.await(LinkMessage.ImageEnd.class);
                    assertThat(image.threads()).isEqualTo(kinds.length);
                    micros.add(image.freezeMicros());
                    daemon.send(new LinkMessage.Resume(i));
                    daemon.await(LinkMessage.Resumed.class);
                }
                micros.sort(null);
                System.out.println(flag + ": " + times + " freezes, shortest " + micros.getFirst() + " us, median "
                        + micros.get(times / 2) + " us, longest " + micros.getLast() + " us");
                assertThat(Files.readString(err.toPath())).isEmpty();
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
