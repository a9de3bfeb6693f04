package io.ssi.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.agent.program.SlowStart;
import io.ssi.agent.program.Sums;
import io.ssi.core.wire.LinkMessage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that leaves: its JVM becomes the deputy, and whoever looks at its streams and status sees only the program. */
class DepartureIT {
    private static final long TOKEN = 4711;

    @TempDir
    Path folder;

    /** A program that stands still, its image complete. */
    private Process frozen(FakeDaemon daemon, Class<?> program) throws Exception {
        Process process = new ProcessBuilder(Jvm.command("socket=" + daemon.path, program)).redirectErrorStream(true).start();
        daemon.await(LinkMessage.Hello.class);
        daemon.send(new LinkMessage.Prepare(1));
        daemon.await(LinkMessage.Prepared.class);
        daemon.send(new LinkMessage.Freeze(1, 5000));
        daemon.await(LinkMessage.ImageEnd.class);
        return process;
    }

    @Test
    void aSignalDuringAMoveThatIsCalledOffReachesTheProgram() throws Exception {
        try (FakeDaemon daemon = new FakeDaemon(folder)) {
            Process process = frozen(daemon, Sums.class);
            try {
                process.toHandle().destroy();
                daemon.send(new LinkMessage.Resume(1));
                daemon.await(LinkMessage.Resumed.class);
                assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isEqualTo(143);
                assertThat(daemon.await(LinkMessage.Exiting.class).status()).isEqualTo(143);
            } finally {
                process.destroyForcibly();
            }
        }
    }

    @Test
    void anOrderThatComesBeforeMainWaitsForIt() throws Exception {
        Path slow = folder.resolve("slow.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", SlowStart.class.getName());
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(slow), manifest)) {
            jar.flush();
        }
        try (FakeDaemon daemon = new FakeDaemon(folder)) {
            List<String> command = new ArrayList<>(Jvm.command("socket=" + daemon.path, Sums.class));
            command.add(command.size() - 1, "-javaagent:" + slow);
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try {
                daemon.await(LinkMessage.Hello.class);
                daemon.send(new LinkMessage.Prepare(1));
                // The other agent keeps it from moving, which is for this JVM to say once it has started.
                assertThat(daemon.await(LinkMessage.Cannot.class).reasons()).singleElement().asString().contains(slow.toString());
                assertThat(process.isAlive()).isTrue();
            } finally {
                process.destroyForcibly();
            }
        }
    }

    @Test
    void signalsDuringAMoveArePassedOnByTheDeputy() throws Exception {
        try (FakeDaemon daemon = new FakeDaemon(folder)) {
            Process process = frozen(daemon, Sums.class);
            try {
                process.toHandle().destroy();
                for (String signal : List.of("-HUP", "-TSTP")) {
                    assertThat(new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor()).isZero();
                }
                daemon.send(new LinkMessage.Depart(1, TOKEN));
                assertThat(daemon.await(LinkMessage.Hello.class).role()).isEqualTo(LinkMessage.Role.DEPUTY);
                assertThat(List.of(daemon.await(LinkMessage.Signal.class).number(), daemon.await(LinkMessage.Signal.class).number(),
                        daemon.await(LinkMessage.Signal.class).number())).containsExactlyInAnyOrder(1, 15, 20);
            } finally {
                process.destroyForcibly();
            }
        }
    }

    @Test
    void aLandingAtHomeThatIsGivenUpIsTheDeputyAgain() throws Exception {
        try (FakeDaemon daemon = new FakeDaemon(folder)) {
            Process process = frozen(daemon, Sums.class);
            try {
                daemon.send(new LinkMessage.Depart(1, TOKEN));
                daemon.await(LinkMessage.Hello.class);
                daemon.send(new LinkMessage.Stdio(1, 2, 0, "elsewhere\n".getBytes()));
                process.getOutputStream().write("typed".getBytes());
                process.getOutputStream().flush();
                input(daemon, 0, "typed");

                List<String> argv = new ArrayList<>(Jvm.command("landing=5,socket=" + daemon.path + ",home=" + TOKEN, Sums.class));
                argv.set(argv.size() - 1, "io.ssi.agent.Premain");
                argv.add("landing");
                daemon.send(new LinkMessage.BecomeLanding(argv, List.of("PATH=/usr/bin:/bin"), folder.toString()));
                assertThat(daemon.await(LinkMessage.Hello.class).role()).isEqualTo(LinkMessage.Role.LANDING);
                // Until the process has come the landing does what the deputy did.
                input(daemon, 2, "ped");
                daemon.send(new LinkMessage.Stdio(1, 2, 0, "elsewhere\nand on\n".getBytes()));
                process.toHandle().destroy();

                daemon.hangUp();
                LinkMessage.Hello again = daemon.await(LinkMessage.Hello.class);
                assertThat(again.role()).isEqualTo(LinkMessage.Role.DEPUTY);
                assertThat(again.token()).isEqualTo(TOKEN);
                assertThat(again.osPid()).isEqualTo(process.pid());
                assertThat(daemon.await(LinkMessage.Signal.class).number()).isEqualTo(15);
                input(daemon, 4, "d");
                process.getOutputStream().close();
                input(daemon, 5, "");
                daemon.send(new LinkMessage.Stdio(1, 2, 10, "and on\nto the end\n".getBytes()));
                daemon.send(new LinkMessage.Exit(3, 0));
                assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).isEqualTo(3);
                assertThat(new String(process.getInputStream().readAllBytes())).isEqualTo("adding\nelsewhere\nand on\nto the end\n");
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static void input(FakeDaemon daemon, long position, String expected) throws Exception {
        daemon.send(new LinkMessage.StdinWant(position, 100));
        LinkMessage.Stdin given = daemon.await(LinkMessage.Stdin.class);
        assertThat(given.position()).isEqualTo(position);
        assertThat(new String(given.bytes())).isEqualTo(expected);
    }

    @Test
    void theDeputyTakesTheSameOsProcessWithoutAWord() throws Exception {
        File out = folder.resolve("out").toFile();
        File err = folder.resolve("err").toFile();
        try (FakeDaemon daemon = new FakeDaemon(folder)) {
            List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "trap '' USR1; exec \"$@\"", "sh"));
            command.addAll(Jvm.command("socket=" + daemon.path, Sums.class));
            Process process = new ProcessBuilder(command).redirectOutput(out).redirectError(err).start();
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
                assertThat(Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))).filteredOn(line -> line.startsWith("SigIgn:"))
                        .allSatisfy(line -> assertThat(Long.parseUnsignedLong(line.substring(7).strip(), 16) & 1 << 9).as("USR1 ignored").isNotZero());
                daemon.send(new LinkMessage.Stdio(1, 2, 0, "from afar\n".getBytes()));
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
