package io.ssi.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.agent.program.Actions;
import io.ssi.agent.program.Looks;
import io.ssi.core.wire.LinkMessage;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import programs.Dying;
import programs.Leaving;
import programs.Rules;

/** Real JVMs, started as users start them. The JVM without agent is the specification. */
class AgentIT {
    /** HotSpot would wait 300 ms for a thread in a native read. */
    private static final long END_MILLIS = 200;
    private static final int END_RUNS = 8;

    @TempDir
    Path folder;

    @Test
    void aProgramSeesTheSameWithAndWithoutAgent() throws Exception {
        Jvm.Result plain = Jvm.run(Jvm.command(null, Actions.class), "first\nsecond\n");
        Jvm.Result agent = Jvm.run(Jvm.command("detached", Actions.class), "first\nsecond\n");

        assertThat(agent).isEqualTo(plain);
        assertThat(agent.status()).isEqualTo(1);
    }

    /** What each rule of the table promises. */
    @ParameterizedTest
    @ValueSource(classes = {Rules.class, Leaving.class, Dying.class})
    void whatIsWovenDoesWhatItDidBefore(Class<?> program) throws Exception {
        Jvm.Result plain = Jvm.run(paced(null, program), "");

        assertThat(Jvm.run(paced("detached", program), "")).isEqualTo(plain);
        try (FakeDaemon daemon = new FakeDaemon(folder)) {
            assertThat(Jvm.run(paced("socket=" + daemon.path, program), "")).isEqualTo(plain);
            assertThat(daemon.await(LinkMessage.Exiting.class).status()).isEqualTo(plain.status());
        }
    }

    /** Slow enough for what several threads print to come in the programmed order. */
    private static List<String> paced(String agentOption, Class<?> program) {
        List<String> command = Jvm.command(agentOption, program);
        command.add(1, "-Dpace.millis=20");
        return command;
    }

    @Test
    void aProgramHasItsClusterNumberAndTheDaemonItsStatus() throws Exception {
        try (FakeDaemon daemon = new FakeDaemon(folder)) {
            Jvm.Result result = Jvm.run(Jvm.command("socket=" + daemon.path, Looks.class), "");

            String number = Integer.toString(FakeDaemon.VPID);
            assertThat(result.out()).isEqualTo("hidden\nhidden\nhidden\n" + String.join(" ", number, number, number, number) + "\nparent "
                    + number + "\ntrue\n");
            assertThat(result.err()).isEmpty();
            assertThat(result.status()).isEqualTo(7);
            LinkMessage.Hello hello = daemon.await(LinkMessage.Hello.class);
            assertThat(hello.role()).isEqualTo(LinkMessage.Role.APP);
            assertThat(hello.command()).isEqualTo(Looks.class.getName());
            assertThat(daemon.await(LinkMessage.Report.class).threads()).isPositive();
            assertThat(daemon.await(LinkMessage.Exiting.class).status()).isEqualTo(7);
        }
    }

    @Test
    void theLinkDoesNotHoldUpTheEnd() throws Exception {
        long shortest = Long.MAX_VALUE;
        try (FakeDaemon daemon = new FakeDaemon(folder)) {
            for (int run = 0; run < END_RUNS && shortest > END_MILLIS; run++) {
                Process process = new ProcessBuilder(Jvm.command("socket=" + daemon.path, Looks.class)).redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD).start();
                daemon.await(LinkMessage.Exiting.class);
                long start = System.nanoTime();
                process.waitFor();
                shortest = Math.min(shortest, (System.nanoTime() - start) / 1_000_000);
            }
        }
        assertThat(shortest).as("milliseconds from the last word to the end").isLessThanOrEqualTo(END_MILLIS);
    }

    @Test
    void withoutDaemonAndInstallationItSaysSoOnceAndRuns() throws Exception {
        List<String> command = Jvm.command("socket=" + folder.resolve("none"), Looks.class);
        command.add(1, "-Dssi.home=" + folder);
        Jvm.Result result = Jvm.run(command, "");

        assertThat(result.err()).startsWith("ssi: no node daemon at " + folder.resolve("none")).hasLineCount(1);
        assertThat(result.status()).isEqualTo(7);
    }

    @Test
    void aSocketInAFolderThatIsNotThereIsNoDaemonToStart() throws Exception {
        Path mistyped = folder.resolve("stat/daemon.sock");
        Jvm.Result result = Jvm.run(Jvm.command("socket=" + mistyped, Looks.class), "");

        assertThat(result.err()).startsWith("ssi: no node daemon at " + mistyped + " and none could be started: there is no folder " + mistyped.getParent()).hasLineCount(1);
        assertThat(result.status()).isEqualTo(7);
        assertThat(mistyped.getParent()).doesNotExist();
    }

    @Test
    void anUnknownOptionIsRefusedInOneBlock() throws Exception {
        Jvm.Result result = Jvm.run(Jvm.command("detatched", Looks.class), "");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).hasSize(3).allMatch(line -> line.startsWith("ssi: "));
    }

    @Test
    void theDeputyActsForTheProcess() throws Exception {
        try (FakeDaemon daemon = new FakeDaemon(folder)) {
            Process deputy = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx16m", "-Xrs",
                    "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp", Jvm.AGENT, "io.ssi.agent.Premain", "deputy", "77",
                    daemon.path.toString()).start();
            try {
                LinkMessage.Hello hello = daemon.await(LinkMessage.Hello.class);
                assertThat(hello.role()).isEqualTo(LinkMessage.Role.DEPUTY);
                assertThat(hello.token()).isEqualTo(77);
                assertThat(hello.osPid()).isEqualTo(deputy.pid());
                daemon.send(new LinkMessage.Stdio(1, 2, 0, "out".getBytes()));
                assertThat(acknowledged(daemon, 1, 2)).isEqualTo(3);
                deputy.getOutputStream().write("typed".getBytes());
                deputy.getOutputStream().flush();
                daemon.send(new LinkMessage.StdinWant(0, 100));
                assertThat(daemon.await(LinkMessage.Stdin.class).bytes()).isEqualTo("typed".getBytes());
                daemon.hangUp();
                daemon.await(LinkMessage.Hello.class);
                // As far as this daemon knows the output was lost with the connection; the deputy knows better.
                assertThat(acknowledged(daemon, 1, 2)).isEqualTo(3);
                daemon.send(new LinkMessage.Stdio(1, 2, 0, "out".getBytes()));
                daemon.send(new LinkMessage.Stdio(1, 2, 2, "t and more".getBytes()));
                assertThat(acknowledged(daemon, 1, 2)).isEqualTo(3);
                assertThat(acknowledged(daemon, 1, 2)).isEqualTo(12);
                // The piece was lost with the connection, as far as the process knows: it asks for a part of it again.
                daemon.send(new LinkMessage.StdinWant(2, 2));
                LinkMessage.Stdin again = daemon.await(LinkMessage.Stdin.class);
                assertThat(again.position()).isEqualTo(2);
                assertThat(again.bytes()).isEqualTo("pe".getBytes());
                daemon.send(new LinkMessage.Stdio(2, 2, 0, "err".getBytes()));
                daemon.send(new LinkMessage.Exit(42, 0));
                assertThat(deputy.waitFor()).isEqualTo(42);
                assertThat(deputy.getInputStream().readAllBytes()).isEqualTo("out and more".getBytes());
                assertThat(deputy.getErrorStream().readAllBytes()).isEqualTo("err".getBytes());
            } finally {
                deputy.destroyForcibly();
            }
        }
    }

    /** The next offset that the deputy says of an output of this incarnation. */
    private static long acknowledged(FakeDaemon daemon, int fd, int incarnation) throws Exception {
        while (true) {
            LinkMessage.StdioAck ack = daemon.await(LinkMessage.StdioAck.class);
            if (ack.fd() == fd && ack.incarnation() == incarnation) {
                return ack.offset();
            }
        }
    }
}
