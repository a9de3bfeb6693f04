package io.ssi.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.agent.program.Hello;
import io.ssi.agent.program.Searches;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program, and the JVM, can notice of the agent: nothing. */
class UnseenIT {
    private static final String INNER = "inst.jar";
    /** An ordinary start takes more than this from the class-data archive. */
    private static final int SHARED_CLASSES_MIN = 600;
    private static final int JAVA_8 = 52;

    @TempDir
    Path folder;

    @Test
    void onlyTheWayInLiesOpenInTheJar() throws IOException {
        try (JarFile jar = new JarFile(Jvm.AGENT)) {
            List<String> names = Collections.list(jar.entries()).stream().map(JarEntry::getName).filter(name -> !name.endsWith("/")).toList();
            assertThat(names).containsExactlyInAnyOrder("META-INF/MANIFEST.MF", "META-INF/LICENSE-asm.txt", INNER,
                    "io/ssi/agent/Premain.class", "io/ssi/agent/PremainLoader.class", "io/ssi/agent/InnerJar.class");
            for (String name : names) {
                if (name.endsWith(".class")) {
                    try (DataInputStream in = new DataInputStream(jar.getInputStream(jar.getEntry(name)))) {
                        in.readInt();
                        assertThat(in.readInt()).as("an old JVM must be able to load " + name).isLessThanOrEqualTo(JAVA_8);
                    }
                }
            }
            assertThat(jar.getManifest().getMainAttributes().getValue("Boot-Class-Path")).isNull();
        }
        assertThat(inside()).isNotEmpty().allMatch(name -> name.startsWith("io.ssi.") || name.startsWith("org.objectweb.asm.")
                || name.startsWith("hook.java.lang.Ssi")).noneMatch(name -> name.contains(".node."));
    }

    @Test
    void noClassOfTheAgentIsFoundByTheProgram() throws Exception {
        List<String> names = inside();
        try (FakeDaemon daemon = new FakeDaemon(folder)) {
            List<String> command = Jvm.command("socket=" + daemon.path, Searches.class);
            command.add(1, "-ea");
            command.addAll(names);
            Jvm.Result result = Jvm.run(command, "");

            assertThat(result).isEqualTo(new Jvm.Result(0, "seen [] of " + names.size() + "\n", ""));
        }
    }

    @Test
    void theClassDataArchiveIsUsed() throws Exception {
        Path log = folder.resolve("log");
        List<String> command = Jvm.command("detached", Hello.class);
        // Ends with an error if the archive cannot be used.
        command.addAll(1, List.of("-Xshare:on", "-Xlog:class+load:file=" + log));

        assertThat(Jvm.run(command, "")).isEqualTo(new Jvm.Result(0, "hello\n", ""));
        assertThat(Files.readAllLines(log).stream().filter(line -> line.endsWith("shared objects file")).count())
                .isGreaterThan(SHARED_CLASSES_MIN);
    }

    @Test
    void anotherJdkIsRefusedInOneLine() throws Exception {
        List<Path> others = new ArrayList<>();
        File[] installed = new File("/usr/lib/jvm").listFiles();
        for (File home : installed == null ? new File[0] : installed) {
            Path java = home.toPath().resolve("bin").resolve("java");
            if (Files.isExecutable(java) && !java.toRealPath().startsWith(Path.of(System.getProperty("java.home")).toRealPath())
                    && !home.getName().contains("25")) {
                others.add(java);
            }
        }
        Assumptions.assumeFalse(others.isEmpty(), "no other JDK in /usr/lib/jvm");
        for (Path java : others) {
            Jvm.Result result = Jvm.run(List.of(java.toString(), "-javaagent:" + Jvm.AGENT, "-version"), "");

            assertThat(result.status()).as(java.toString()).isEqualTo(1);
            assertThat(result.out()).isEmpty();
            assertThat(result.err().lines()).singleElement().asString()
                    .matches("ssi: this agent needs JDK 25, and this is Java \\S+ at \\S+; start the program with .*");
        }
    }

    /** Names of the classes in the inner jar. */
    private static List<String> inside() throws IOException {
        List<String> names = new ArrayList<>();
        try (JarFile jar = new JarFile(Jvm.AGENT); JarInputStream inner = new JarInputStream(new ByteArrayInputStream(
                jar.getInputStream(jar.getEntry(INNER)).readAllBytes()))) {
            for (JarEntry entry = inner.getNextJarEntry(); entry != null; entry = inner.getNextJarEntry()) {
                names.add(entry.getName().replace(".class", "").replace('/', '.'));
            }
        }
        return names;
    }
}
