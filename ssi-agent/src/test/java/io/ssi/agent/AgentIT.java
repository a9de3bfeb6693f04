package io.ssi.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.agent.program.Actions;
import io.ssi.agent.program.Looks;
import io.ssi.core.wire.LinkMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real JVMs, started as users start them. The JVM without agent is the specification. */
class AgentIT {
    @TempDir
    Path folder;

    @Test
    void aProgramSeesTheSameWithAndWithoutAgent() throws Exception {
        Jvm.Result plain = Jvm.run(Jvm.command(null, Actions.class), "first\nsecond\n");
        Jvm.Result agent = Jvm.run(Jvm.command("detached", Actions.class), "first\nsecond\n");

        assertThat(agent).isEqualTo(plain);
        assertThat(agent.status()).isEqualTo(1);
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
    void withoutDaemonAndInstallationItSaysSoOnceAndRuns() throws Exception {
        List<String> command = Jvm.command("socket=" + folder.resolve("none"), Looks.class);
        command.add(1, "-Dssi.home=" + folder);
        Jvm.Result result = Jvm.run(command, "");

        assertThat(result.err()).startsWith("ssi: no node daemon at " + folder.resolve("none")).hasLineCount(1);
        assertThat(result.status()).isEqualTo(7);
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
                    daemon.path.toString(), "", "0").start();
            try {
                LinkMessage.Hello hello = daemon.await(LinkMessage.Hello.class);
                assertThat(hello.role()).isEqualTo(LinkMessage.Role.DEPUTY);
                assertThat(hello.token()).isEqualTo(77);
                assertThat(hello.osPid()).isEqualTo(deputy.pid());
                daemon.send(new LinkMessage.Stdio(1, "out".getBytes()));
                assertThat(daemon.await(LinkMessage.StdioAck.class)).isEqualTo(new LinkMessage.StdioAck(1, 3));
                deputy.getOutputStream().write("typed".getBytes());
                deputy.getOutputStream().flush();
                daemon.send(new LinkMessage.StdinWant(100));
                assertThat(daemon.await(LinkMessage.Stdio.class).bytes()).isEqualTo("typed".getBytes());
                daemon.hangUp();
                daemon.await(LinkMessage.Hello.class);
                daemon.send(new LinkMessage.Stdio(2, "err".getBytes()));
                daemon.send(new LinkMessage.Exit(42, 0));
                assertThat(deputy.waitFor()).isEqualTo(42);
                assertThat(deputy.getInputStream().readAllBytes()).isEqualTo("out".getBytes());
                assertThat(deputy.getErrorStream().readAllBytes()).isEqualTo("err".getBytes());
            } finally {
                deputy.destroyForcibly();
            }
        }
    }

    @Test
    void onlyThePremainClassIsVisibleInTheJar() throws IOException {
        TreeSet<String> visible = new TreeSet<>();
        List<String> foreign = new ArrayList<>();
        try (JarFile jar = new JarFile(Jvm.AGENT)) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                String name = entry.getName();
                if (!entry.isDirectory() && !name.startsWith("inst/") && !name.startsWith("hook/java/lang/Ssi")) {
                    visible.add(name);
                }
                if (name.endsWith(".class") && name.startsWith("inst/") && !name.startsWith("inst/io/ssi/")
                        && !name.startsWith("inst/org/objectweb/asm/")) {
                    foreign.add(name);
                }
                assertThat(name).doesNotContain("netty", "hazelcast", "kryo", "slf4j", "/node/");
            }
        }
        assertThat(visible).containsExactly("META-INF/LICENSE-asm.txt", "META-INF/MANIFEST.MF", "io/ssi/agent/Premain.class",
                "io/ssi/agent/PremainLoader.class");
        assertThat(foreign).isEmpty();
    }
}
