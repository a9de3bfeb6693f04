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
        socket  | an open                            | static field programs.Pinned.HELD
        memory  | memory outside the heap            | static field programs.Pinned.HELD
        loader  | class loader of the program's own  | programs.Pace
        virtual | virtual threads                    | platform threads
        constructor | has not yet called the constructor of its superclass | programs.Pinned$Early
        """)
    void isRefusedByNameAndGoesOn(String what, String reason, String where) throws Exception {
        try (MoveHarness harness = new MoveHarness(folder, List.of("-Dpace.millis=200"), CLASSES)) {
            harness.start("programs.Pinned", what);
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> harness.output().startsWith("holds"));
            assertThat(String.join("\n", harness.explain().pins())).contains(reason, where);
            assertThatThrownBy(harness::move).isInstanceOf(MoveHarness.RefusedException.class).hasMessageContaining(reason)
                    .hasMessageContaining(where);
            assertThat(harness.await(60)).isZero();
            assertThat(harness.output()).isEqualTo("holds\ndone 1\n");
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

    @ParameterizedTest
    @CsvSource({"Waiting, 120", "Contended, 100"})
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
