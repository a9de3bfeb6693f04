package io.ssi.agent.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Moves small programs from JVM to JVM at seeded random moments, and compares output, errors and exit status with a run on a
 * plain JVM. The seed is {@code -Dmove.seed=}, by default a fixed one.
 */
class MoveIT {
    private static final long SEED = Long.getLong("move.seed", 20_251);
    private static final int MOVES = 3;
    private static final int PERIOD_MILLIS = 250;
    /** A program that is through before its first move, on a machine with much else to do, is run again, up to so much slower. */
    private static final int SLOWEST = 9;
    private static final long PROGRAM_SECONDS = 60;
    /** Enough for the order of what several threads print to be the programmed one. */
    private static final String PLAIN_PACE = "-Dpace.millis=10";
    private static final Path OLD_CLASSES = Path.of("target/old-classes").toAbsolutePath();
    private static final String CLASSES = Path.of("target/test-classes").toAbsolutePath() + ":" + OLD_CLASSES + ":" + jarOf(kotlin.Unit.class) + ":"
            + jarOf(scala.Option.class);

    @TempDir
    Path folder;
    private String refusal = "none, it was through before its first move";

    @BeforeAll
    static void makeOldClasses() throws IOException {
        OldClasses.make(OLD_CLASSES);
    }

    /** Rounds of a calculation and milliseconds of a step, so that a program outlasts its moves. */
    @ParameterizedTest
    @CsvSource({
        "Loops, 120, 0", "Streams, 2000, 0", "Monitors, 40, 50", "Waiting, 1, 80", "Parked, 1, 40", "Hashes, 1, 120", "Shapes, 1, 40",
        "Construction, 1, 30", "Failures, 1, 60", "Late, 1, 60", "Threads, 1, 250", "Leaving, 1, 90", "Dying, 1, 60",
        "Contended, 1, 150", "Rules, 1, 150", "Held, 1, 250", "HotMonitors, 12000, 0", "Traces, 1, 60", "Timers, 1, 120", "Reflection, 1, 60", "Old, 1, 40", "Languages, 1, 40"
    })
    void printsTheSameAfterMoves(String program, int rounds, int millis) throws Exception {
        Run plain = plainRun("programs." + program);
        for (int slower = 1; slower <= SLOWEST; slower *= 3) {
            List<String> pace = List.of("-Dpace.rounds=" + rounds * slower, "-Dpace.millis=" + millis * slower);
            if (movedRun(program, pace, plain, Files.createDirectory(folder.resolve("slower" + slower))) > 0) {
                return;
            }
        }
        fail(program + " did not move; the last refusal: " + refusal);
    }

    private static String jarOf(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation().getPath();
    }

    /** The number of moves, or a reason in {@link #refusal}; each run must print what the plain one did. */
    private int movedRun(String program, List<String> pace, Run plain, Path folder) throws Exception {
        long seed = SEED + program.hashCode();
        Random random = new Random(seed);
        int moved = 0;
        try (MoveHarness harness = new MoveHarness(folder, pace, CLASSES)) {
            harness.start("programs." + program);
            try {
                for (int i = 0; i < MOVES; i++) {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(PERIOD_MILLIS));
                    try {
                        harness.move();
                        moved++;
                    } catch (MoveHarness.RefusedException e) {
                        refusal = e.getMessage();
                    }
                }
            } catch (MoveHarness.EndedException e) {
                // it was through earlier than usual
            }
            int status = harness.await(PROGRAM_SECONDS);
            String replay = replay(program, seed, pace) + "\nrefused: " + refusal + "\nstderr:\n" + harness.errors();
            assertThat(harness.output()).as(replay).isEqualTo(plain.output);
            assertThat(harness.errors()).as(replay).isEqualTo(plain.errors);
            assertThat(status).as(replay).isEqualTo(plain.status);
        }
        return moved;
    }

    private record Run(String output, String errors, int status) {}

    private Run plainRun(String main) throws Exception {
        Path output = folder.resolve("plain.out");
        Path errors = folder.resolve("plain.err");
        Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), PLAIN_PACE, "-cp", CLASSES, main)
                .redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
        try {
            assertThat(process.waitFor(PROGRAM_SECONDS, TimeUnit.SECONDS)).isTrue();
            return new Run(Files.readString(output), Files.readString(errors), process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    private static String replay(String program, long seed, List<String> pace) {
        return program + " with seed " + seed + "; replay in ssi-agent: java -Djvm=\"" + String.join(" ", pace)
                + "\" -cp target/test-classes:../ssi-core/target/classes io.ssi.agent.move.MoveMain " + CLASSES + " " + seed + " "
                + MOVES + " " + PERIOD_MILLIS + " programs." + program;
    }
}
