package io.ssi.vproc.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.vproc.ExitStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxProcessesTest {
    private static final int FIELDS = 50;

    @TempDir
    Path proc;

    private OsProcesses.Sample sample(String state, int threads, int exitCode) throws Exception {
        String[] fields = new String[FIELDS];
        Arrays.fill(fields, "0");
        fields[0] = state;
        fields[17] = Integer.toString(threads);
        fields[19] = "77";
        fields[49] = Integer.toString(exitCode);
        Files.createDirectories(proc.resolve("12"));
        Files.writeString(proc.resolve("12/stat"), "12 (a (odd) name) " + String.join(" ", fields) + "\n");
        return new LinuxProcesses(proc).sample(12);
    }

    @Test
    void aProcessLivesAsLongAsOneOfItsThreads() throws Exception {
        assertThat(sample("S", 20, 0)).matches(OsProcesses.Sample::alive).matches(now -> now.startTicks() == 77);
        // What is seen while a thread other than the first calls execve, as in a JVM that becomes a deputy.
        assertThat(sample("Z", 2, 0)).matches(OsProcesses.Sample::alive).matches(now -> now.startTicks() == 77);
        assertThat(sample("T", 1, 0)).matches(OsProcesses.Sample::stopped);
    }

    @Test
    void aZombieHasEnded() throws Exception {
        OsProcesses.Sample ended = sample("Z", 1, 3 << 8);
        assertThat(ended.alive()).isFalse();
        assertThat(ended.exit()).contains(ExitStatus.exited(3));
        assertThat(new LinuxProcesses(proc).sample(13).alive()).isFalse();
    }
}
