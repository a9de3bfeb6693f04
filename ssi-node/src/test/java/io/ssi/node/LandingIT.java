package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program finds after a move what it found before: class path, environment, options; or it does not move. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LandingIT {
    @TempDir
    static Path folder;

    private final List<Program> programs = new ArrayList<>();
    private ClusterOfThree cluster;
    private Path compiled;
    private int apps;
    /** Of one test. */
    private Path app;

    @BeforeAll
    void startNodes() throws Exception {
        compiled = Files.createDirectory(folder.resolve("compiled"));
        MoveBetweenNodesIT.compile(compiled);
        cluster = new ClusterOfThree(folder);
        cluster.set(3, "image-bytes-max=1M");
        cluster.set(3, "freeze-millis-max=31000");
        cluster.start();
    }

    @AfterAll
    void stopNodes() throws IOException {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void makeApp() throws IOException {
        app = Files.createDirectory(folder.resolve("app" + ++apps));
    }

    @AfterEach
    void endPrograms() {
        programs.forEach(Program::close);
        programs.clear();
        await().atMost(Program.PATIENCE).untilAsserted(() -> {
            cluster.ps(1, "").forEach(row -> cluster.ask(1, "ssi-kill", "-KILL", row.get("vpid").toString()));
            assertThat(cluster.osProcesses("ssi-agent.jar")).as("JVMs of programs").isEmpty();
        });
    }

    /** A folder with compiled classes. */
    private Path classes(Path into, String... names) throws IOException {
        Files.createDirectories(into);
        for (String name : names) {
            Files.copy(compiled.resolve(name + ".class"), into.resolve(name + ".class"));
        }
        return into;
    }

    private Path jar(Path file, String classPath, String... names) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        Files.createDirectories(file.getParent());
        try (OutputStream out = Files.newOutputStream(file); JarOutputStream jar = new JarOutputStream(out, manifest)) {
            for (String name : names) {
                jar.putNextEntry(new ZipEntry(name + ".class"));
                jar.write(Files.readAllBytes(compiled.resolve(name + ".class")));
            }
        }
        return file;
    }

    private Program start(int node, Map<String, String> environment, String... options) throws IOException {
        Program program = new Program(cluster.socket(node), app, environment, List.of(options));
        programs.add(program);
        program.awaitOut("ready\n");
        return program;
    }

    private static List<String> answers(Program program, String... questions) {
        return List.of(program.answer(String.join("; ", questions)).split(" \\| "));
    }

    private int vpid(int node, Program program) {
        return await().atMost(Program.PATIENCE).until(() -> cluster.ps(node, "").stream().filter(row -> row.get("osPid").equals(program.process.pid()))
                .map(row -> ((Long) row.get("vpid")).intValue()).findAny().orElse(0), number -> number != 0);
    }

    private void refused(int vpid, int target, String... why) {
        ClusterOfThree.Said said = cluster.ask(1, "ssi-migrate", Integer.toString(vpid), Integer.toString(target));
        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.err()).startsWith("ssi-migrate: ").contains(why).hasLineCount(1);
    }

    /** A folder called * cannot stand on the command line of a landing JVM, so it is fetched though all nodes see the same disk. */
    @Test
    void aClassPathOfAllKindsIsTheSameEverywhere() throws Exception {
        Path fetched = classes(app.resolve("*"), "Surroundings");
        Files.writeString(fetched.resolve("resource.txt"), "resource");
        jar(app.resolve("lib dir/grün.jar"), "more/extra.jar", "Talk");
        jar(app.resolve("lib dir/more/extra.jar"), "", "Extra");
        String classPath = "none.jar:*/:" + app.resolve("lib dir/grün.jar") + ":*/:";
        Program program = start(1, Map.of("LC_ALL", "C.UTF-8"), "-cp", classPath, "Surroundings");
        int vpid = vpid(1, program);
        String url = program.answer("url resource.txt");
        assertThat(url).isEqualTo("file:" + fetched.toRealPath() + "/resource.txt");
        for (int node : new int[] {2, 3, 1}) {
            cluster.move(1, vpid, node);
            List<String> said = answers(program, "resource resource.txt", "property java.class.path", "url Talk.class", "url resource.txt");
            assertThat(said.get(0)).isEqualTo("resource");
            assertThat(said.get(1)).startsWith("none.jar:*/:" + app).endsWith("n.jar:*/:");
            assertThat(said.get(2)).as("what is here is used here").contains(app.getFileName() + "/lib%20dir/gr%c3%bcn.jar!");
            assertThat(said.get(3)).startsWith("file:" + cluster.state(node).toRealPath().resolve("classes")).endsWith("/entry/resource.txt");
        }
        cluster.move(1, vpid, 2);
        assertThat(program.answer("class Extra")).isEqualTo("extra");
    }

    @Test
    void aClassPathThatChangedSinceTheStartIsRefused() throws Exception {
        Path classes = classes(app.resolve("classes"), "Surroundings");
        Path jar = jar(app.resolve("lib.jar"), "", "Talk");
        Path link = Files.createSymbolicLink(app.resolve("link.jar"), jar);
        Path log = Files.writeString(classes.resolve("log.txt"), "old");
        Program program = start(1, Map.of(), "-cp", "classes:" + link, "Surroundings");
        int vpid = vpid(1, program);
        assertThat(program.answer("url Talk.class")).contains("lib.jar!");
        Files.writeString(log, "new");
        Files.delete(link);
        Files.createSymbolicLink(link, compiled);
        cluster.move(1, vpid, 2);
        assertThat(program.answer("resource log.txt")).isEqualTo("new");

        Path other = jar(app.resolve("other.jar"), "", "Talk", "Extra");
        Files.move(other, jar, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        refused(vpid, 3, jar.toRealPath() + " was changed since");
        Files.delete(jar);
        refused(vpid, 3, jar + " was changed since");
        assertThat(program.answer("resource log.txt")).isEqualTo("new");
    }

    @Test
    void onlyFilesOfLoadedClassesMatterInAFolder() throws Exception {
        Path classes = classes(app.resolve("classes"), "Surroundings", "Busy");
        Program program = start(1, Map.of(), "-cp", "classes", "Surroundings");
        int vpid = vpid(1, program);
        // What it has not loaded it would find as it is now: one is added, one gone.
        Files.copy(compiled.resolve("Extra.class"), classes.resolve("Extra.class"));
        Files.delete(classes.resolve("Busy.class"));
        cluster.move(1, vpid, 2);
        assertThat(program.answer("class Extra")).isEqualTo("extra");
        cluster.move(1, vpid, 3);

        Path loaded = classes.resolve("Extra.class");
        Files.writeString(loaded, "no class");
        refused(vpid, 1, "class path entry " + classes.toRealPath(), "Extra.class was changed since; start the program again");
        assertThat(cluster.ask(1, "ssi-migrate", "--explain", Integer.toString(vpid)).out()).contains("Extra.class was changed since");
        Files.delete(loaded);
        refused(vpid, 1, "class path entry " + classes.toRealPath() + " has no file Extra.class (any more)");
        Files.copy(compiled.resolve("Extra.class"), loaded);
        refused(vpid, 1, "Extra.class was changed since");
        assertThat(program.answer("class Extra")).isEqualTo("extra");
    }

    @Test
    void optionsFromTheEnvironmentCountOnceAndAreStillThere() throws Exception {
        classes(app.resolve("classes"), "Surroundings");
        Map<String, String> environment = Map.of("JAVA_TOOL_OPTIONS", "-Dtool=a -Xmx80m", "JDK_JAVA_OPTIONS", "-Djdk=b", "_JAVA_OPTIONS", "-Dlast=c");
        Program program = start(1, environment, "-cp", "classes", "Surroundings");
        int vpid = vpid(1, program);
        String said = program.err();
        assertThat(said).contains("Picked up JAVA_TOOL_OPTIONS", "Picked up JDK_JAVA_OPTIONS", "Picked up _JAVA_OPTIONS");
        for (int node : new int[] {2, 3, 1}) {
            cluster.move(1, vpid, node);
            assertThat(answers(program, "variable JAVA_TOOL_OPTIONS", "variable JDK_JAVA_OPTIONS", "variable _JAVA_OPTIONS", "aside", "options -D",
                    "child JAVA_TOOL_OPTIONS")).containsExactly("-Dtool=a -Xmx80m -Dtool=a -Xmx80m", "-Djdk=b -Djdk=b", "-Dlast=c -Dlast=c", "[]",
                            "[-Dtool=a, -Djdk=b, -Dlast=c]", "-Dtool=a -Xmx80m");
        }
        assertThat(program.err()).isEqualTo(said);
    }

    @Test
    void whatTheTargetDoesNotAllowIsSaidAndTheProgramGoesOn() throws Exception {
        classes(app.resolve("classes"), "Surroundings");
        Program program = start(1, Map.of(), "-cp", "classes", "Surroundings");
        int vpid = vpid(1, program);
        assertThat(program.answer("keep 5")).isEqualTo("kept");
        refused(vpid, 3, "the image of process " + vpid + " is larger than the 1048576 bytes that node 3 allows; raise image-bytes-max there");
        cluster.move(1, vpid, 2);
        assertThat(program.answer("keep 0")).isEqualTo("kept");
        cluster.move(1, vpid, 3);
        assertThat(program.answer("keep 5")).isEqualTo("kept");
        refused(vpid, 2, "larger than the 1048576 bytes that node 3 allows");
        ClusterOfThree.Said said = cluster.ask(1, "ssi-migrate", "--wait", "32s", Integer.toString(vpid), "1");
        assertThat(said.err()).contains("a wait of 32000 ms is longer than the 31000 ms that node 3 allows; ask for less").hasLineCount(1);
        assertThat(program.answer("keep 0")).isEqualTo("kept");
        assertThat(cluster.where(1, vpid)).isEqualTo(3);
    }
}
