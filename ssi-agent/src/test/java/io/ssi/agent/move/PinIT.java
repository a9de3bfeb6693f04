package io.ssi.agent.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot move is refused by name and the program goes on; so does one that is frozen again and again and never moves. */
class PinIT {
    private static final String CLASSES = Path.of("target/test-classes").toAbsolutePath().toString();
    private static final int FREEZES = 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        file    | java.io.FileDescriptor is open:  | static field programs.Pinned.HELD
        socket  | java.io.FileDescriptor is open: a socket | static field programs.Pinned.HELD
        memory  | memory outside the heap            | static field programs.Pinned.HELD
        loader  | class loader of the program's own  | programs.Pace
        virtual | virtual threads                    | platform threads
        child   | the program has a running child process | end it or wait for its end
        constructor | has not yet called the constructor of its superclass | programs.Pinned$Early
        """)
    void isRefusedByNameAndGoesOn(String what, String reason, String where) throws Exception {
        try (MoveHarness harness = new MoveHarness(folder, List.of("-Dpace.millis=600"), CLASSES)) {
            harness.start("programs.Pinned", what);
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> harness.output().startsWith("holds"));
            assertThat(String.join("\n", harness.explain().pins())).contains(reason, where);
            assertThatThrownBy(harness::move).isInstanceOf(MoveHarness.RefusedException.class).hasMessageContaining(reason)
                    .hasMessageContaining(where);
            assertThat(harness.await(60)).isZero();
            assertThat(harness.output()).isEqualTo("holds\ndone 1\n");
        }
    }

    /** Each is told with what it is, what to do about it, and how it is reached. */
    @Test
    void everythingThatPinsIsExplainedAtOnce() throws Exception {
        try (MoveHarness harness = new MoveHarness(folder, List.of("-Dpace.millis=500"), CLASSES)) {
            harness.start("programs.Pinned", "many");
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> harness.output().startsWith("holds"));
            List<String> pins = harness.explain().pins();
            for (String[] pin : new String[][] {
                {"java.io.FileDescriptor is open: ", "/release", "close it", "java.io.FileInputStream"},
                {"java.io.FileDescriptor is open: ", "a socket (", "close it", "java.net.ServerSocket"},
                {"java.nio.DirectByteBuffer is memory outside the heap (a direct buffer)", "use a heap buffer"},
                {"class programs.Pace is of a class loader of the program's own (java.net.URLClassLoader)", "put them on the class path"},
                {"a native zlib stream", "end() it", "java.util.zip.Deflater"},
                {"an open channel or selector", "close it"},
                {"memory outside the heap (a native MemorySegment)", "use one of an array"},
                {"a method handle made of others", "use a lambda"},
                {"a call site object", "do not keep it"}}) {
                assertThat(pins).as(String.join(" ... ", pin)).anySatisfy(each -> assertThat(each).contains(pin).contains(" <- static field programs.Pinned.HELD"));
            }
        }
    }

    @Test
    void aThreadInNativeCodeIsNamedWithItsStack() throws Exception {
        try (MoveHarness harness = new MoveHarness(folder, List.of("-Dpace.millis=500"), CLASSES)) {
            harness.start("programs.Pinned", "accept");
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> harness.output().startsWith("holds"));
            assertThatThrownBy(harness::move).isInstanceOf(MoveHarness.RefusedException.class).message().startsWith("thread \"accepts\" (RUNNABLE) did not stop: "
                    + "it is in native code at java.base/sun.nio.ch.").contains(" <- java.base/sun.nio.ch.", " <- programs.Pinned.lambda$accepting").endsWith("; move it when this call has returned").hasLineCount(1);
            assertThat(harness.await(60)).isZero();
            assertThat(harness.output()).isEqualTo("holds\ndone 1\n");
        }
    }

    @Test
    void otherAgentsAreNamed() throws Exception {
        String other = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0";
        try (MoveHarness harness = new MoveHarness(folder, List.of("-Dpace.millis=200", other), CLASSES)) {
            harness.start("programs.Waiting");
            String reason = "the program was started with " + other + "; a program with other agents cannot move yet, start it without";
            assertThat(harness.explain().pins()).contains(reason);
            assertThatThrownBy(harness::move).isInstanceOf(MoveHarness.RefusedException.class).hasMessage(reason);
        }
    }

    @Test
    void aThreadBlockedInsideTheJdkIsNotLetIn() throws Exception {
        try (MoveHarness harness = new MoveHarness(folder, List.of("-Dpace.millis=500"), CLASSES)) {
            harness.start("programs.Pinned", "vector");
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> harness.output().startsWith("holds"));
            assertThatThrownBy(harness::move).isInstanceOf(MoveHarness.RefusedException.class).hasMessage("thread \"adds\" waits in"
                    + " java.util.Vector.add to enter a monitor of java.util.Vector that thread \"owns\" holds;"
                    + " the move can succeed once it got it");
            assertThat(harness.await(60)).isZero();
            assertThat(harness.output()).isEqualTo("holds\ndone 1\n");
        }
    }

    /** The JVM's own threads are not frozen: their notify is for the program. */
    @Test
    void whatACollectionClearsDuringAFreezeIsSeenAfterIt() throws Exception {
        try (MoveHarness harness = new MoveHarness(folder, List.of(), CLASSES)) {
            harness.start("programs.Cleared");
            for (int i = 0; i < FREEZES; i++) {
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !harness.output().isEmpty());
                int[] waits = new int[1];
                harness.freezeAndResume(frozen -> {
                    waits[0] = harness.output().length();
                    collect(frozen);
                });
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> harness.output().length() > waits[0]);
            }
            assertThat(harness.errors()).isEmpty();
        }
    }

    private static void collect(Process frozen) throws Exception {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process collection = new ProcessBuilder(jcmd, Long.toString(frozen.pid()), "GC.run").redirectErrorStream(true).start();
        assertThat(new String(collection.getInputStream().readAllBytes())).contains("successfully");
    }

    @ParameterizedTest
    @CsvSource({"Waiting, 120", "Contended, 100", "Listed, 1200"})
    void goesOnAfterEachFreeze(String program, int millis) throws Exception {
        String once;
        try (MoveHarness harness = new MoveHarness(folder, List.of("-Dpace.millis=20"), CLASSES)) {
            harness.start("programs." + program);
            harness.await(60);
            once = harness.output();
        }
        Path second = java.nio.file.Files.createDirectory(folder.resolve("2"));
        try (MoveHarness harness = new MoveHarness(second, List.of("-Dpace.millis=" + millis), CLASSES)) {
            harness.start("programs." + program);
            for (int i = 0; i < FREEZES; i++) {
                harness.freezeAndResume();
            }
            assertThat(harness.await(60)).isZero();
            assertThat(harness.output()).isEqualTo(once);
            assertThat(harness.errors()).isEmpty();
        }
    }
}
