package io.ssi.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.agent.program.Hello;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The smallest program starts cleanly however its JVM is started: its output, and not a word of ours. */
class StartIT {
    private static final String CLASS_FILE = Hello.class.getName().replace('.', '/') + ".class";
    private static final Jvm.Result HELLO = new Jvm.Result(0, "hello\n", "");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-Xcomp", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation", "-XX:+UseSerialGC",
        "-XX:+UseParallelGC", "-XX:+UseZGC", "-XX:+UseCompactObjectHeaders", "-XX:-UseCompressedOops", "-Xshare:off", "-Xshare:auto",
        "-ea -esa", "-Xmx8m", "-Xss256k", "-Dfile.encoding=COMPAT", "-Dfile.encoding=UTF-8 -Dstdout.encoding=US-ASCII", "-Xcheck:jni",
        "-Xverify:all -XX:-PrintWarnings", "--illegal-native-access=deny", "-Djava.awt.headless=true -Xrs",
        "--limit-modules=java.base,java.instrument"})
    void withTheseOptions(String options) throws Exception {
        try (FakeDaemon daemon = new FakeDaemon(folder)) {
            List<String> command = Jvm.command("socket=" + daemon.path, Hello.class);
            command.addAll(1, List.of(options.split(" ")));

            assertThat(Jvm.run(command, "")).isEqualTo(HELLO);
        }
    }

    @Test
    void asAJarThatNamesItsClassPath() throws Exception {
        Path library = Files.createDirectory(folder.resolve("a library ä"));
        classes(library.resolve("hello.jar"));
        Path jar = folder.resolve("program.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Hello.class.getName());
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, "a%20library%20%C3%A4/hello.jar nothing.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();

        assertThat(Jvm.run(List.of(java(), "-javaagent:" + Jvm.AGENT + "=detached", "-jar", jar.toString()), "")).isEqualTo(HELLO);
    }

    @Test
    void withAWildcardInTheClassPath() throws Exception {
        classes(folder.resolve("hello.jar"));

        assertThat(Jvm.run(List.of(java(), "-javaagent:" + Jvm.AGENT + "=detached", "-cp", folder + "/*", Hello.class.getName()), ""))
                .isEqualTo(HELLO);
    }

    @Test
    void withTheAgentInTheEnvironment() throws Exception {
        String option = "-javaagent:" + Jvm.AGENT + "=detached";
        Jvm.Result result = Jvm.run(Jvm.command(null, Hello.class), "", Map.of("JAVA_TOOL_OPTIONS", option));

        // That line is the JVM's own.
        assertThat(result).isEqualTo(new Jvm.Result(0, "hello\n", "Picked up JAVA_TOOL_OPTIONS: " + option + "\n"));
    }

    @Test
    void fromAFolderWithBlanksAndUmlauts() throws Exception {
        Path agent = Files.createDirectories(folder.resolve("with blank, ä%41+")).resolve("ssi-agent.jar");
        Files.copy(Path.of(Jvm.AGENT), agent);
        List<String> command = new ArrayList<>(Jvm.command(null, Hello.class));
        command.add(1, "-javaagent:" + agent + "=detached");

        assertThat(Jvm.run(command, "", Map.of("LC_ALL", "C.UTF-8"))).isEqualTo(HELLO);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static void classes(Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry(CLASS_FILE));
            out.write(Files.readAllBytes(Path.of("target", "test-classes", CLASS_FILE)));
        }
    }
}
