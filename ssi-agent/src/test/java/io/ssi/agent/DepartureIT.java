package io.ssi.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.agent.program.Sums;
import io.ssi.core.wire.LinkMessage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that leaves: its JVM becomes the deputy, and whoever looks at its streams and status sees only the program. */
class DepartureIT {
    private static final long TOKEN = 4711;

    @TempDir
    Path folder;

    @Test
    void theDeputyTakesTheSameOsProcessWithoutAWord() throws Exception {
        File out = folder.resolve("out").toFile();
        File err = folder.resolve("err").toFile();
        try (FakeDaemon daemon = new FakeDaemon(folder)) {
            Process process = new ProcessBuilder(Jvm.command("socket=" + daemon.path, Sums.class)).redirectOutput(out)
                    .redirectError(err).start();
            try {
                daemon.await(LinkMessage.Hello.class);
                daemon.send(new LinkMessage.Prepare(1));
                daemon.await(LinkMessage.Prepared.class);
                daemon.send(new LinkMessage.Freeze(1, 5000));
                assertThat(daemon.await(LinkMessage.ImageEnd.class).threads()).isEqualTo(2);
                daemon.send(new LinkMessage.Depart(1, TOKEN));

                LinkMessage.Hello deputy = daemon.await(LinkMessage.Hello.class);
                assertThat(deputy.role()).isEqualTo(LinkMessage.Role.DEPUTY);
                assertThat(deputy.token()).isEqualTo(TOKEN);
                assertThat(deputy.osPid()).isEqualTo(process.pid());
                daemon.send(new LinkMessage.Stdio(1, "from afar\n".getBytes()));
                daemon.send(new LinkMessage.Exit(3, 0));
                assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isEqualTo(3);
                assertThat(Files.readString(out.toPath())).isEqualTo("adding\nfrom afar\n");
                assertThat(Files.readString(err.toPath())).isEmpty();
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
