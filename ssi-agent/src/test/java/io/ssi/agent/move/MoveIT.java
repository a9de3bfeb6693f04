package io.ssi.agent.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Moves small programs from JVM to JVM at seeded random moments, and compares output, errors and exit status with a run on a
 * plain JVM. The seed is {@code -Dmove.seed=}, by default a fixed one; {@code -Dmove.programs=} chooses among the programs.
 */
class MoveIT {
    private static final long SEED = Long.getLong("move.seed", 20_251);
    private static final int MOVES = 3;
    private static final int PERIOD_MILLIS = 250;
    /** A program that is through before its first move, on a machine with much else to do, is run again, up to so much slower. */
    private static final int SLOWEST = 9;
    private static final long PROGRAM_SECONDS = 60;
    private static final List<String> FLAGS = List.of("-Xint", "-Xcomp", "-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseZGC");
    /** How much less there is to do for the interpreter. */
    private static final int INTERPRETED = 5;
    private static final int WAITING_LONGER = 3;
    /** Names of programs, with commas between them; all if there is none. */
    private static final List<String> ONLY = Stream.of(System.getProperty("move.programs", "").split(",")).filter(name -> !name.isEmpty()).toList();

    /** Rounds of a calculation and milliseconds of a step, so that a program outlasts its moves. */
    private record Program(String name, int rounds, int millis) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Program> PROGRAMS = List.of(
            new Program("Loops", 120, 0), new Program("Streams", 2000, 0), new Program("Monitors", 40, 50), new Program("Waiting", 1, 80),
            new Program("Parked", 1, 40), new Program("Hashes", 1, 120), new Program("Shapes", 1, 40), new Program("Construction", 1, 30),
            new Program("Failures", 1, 60), new Program("Late", 1, 60), new Program("Threads", 1, 250), new Program("Leaving", 1, 90),
            new Program("Dying", 1, 60), new Program("Contended", 1, 150), new Program("Rules", 1, 150), new Program("Held", 1, 250),
            new Program("HotMonitors", 12000, 0), new Program("Traces", 1, 60), new Program("Timers", 1, 120), new Program("Reflection", 1, 60),
            new Program("Recursion", 12_000, 120), new Program("Barriers", 1, 150), new Program("Tasks", 1, 120),
            new Program("Clocks", 1, 120), new Program("Initialisers", 1, 250), new Program("Synchronised", 1, 250),
            new Program("State", 1, 300), new Program("Listed", 1, 250), new Program("Old", 1, 40), new Program("Languages", 1, 40));

    /** Enough for the order of what several threads print to be the programmed one. */
    private static final String PLAIN_PACE = "-Dpace.millis=10";
    private static final Path OLD_CLASSES = Path.of("target/old-classes").toAbsolutePath();
    private static final String CLASSES = Path.of("target/test-classes").toAbsolutePath() + ":" + OLD_CLASSES;

    @TempDir
    Path folder;
    private boolean otherClocks;
    private String refusal = "none, it was through before its first move";

    @BeforeAll
    static void makeOldClasses() throws IOException {
        OldClasses.make(OLD_CLASSES);
    }

    static Stream<Program> programs() {
        return PROGRAMS.stream().filter(program -> ONLY.isEmpty() || ONLY.contains(program.name));
    }

    static Stream<Arguments> programsWithFlags() {
        return FLAGS.stream().flatMap(flags -> programs().map(program -> Arguments.of(flags, program)));
    }

    @ParameterizedTest(name = "{argumentsWithNames}")
    @MethodSource("programs")
    void printsTheSameAfterMoves(Program program) throws Exception {
        movesAndPrintsTheSame(List.of(), program);
    }

    @Tag("long")
    @ParameterizedTest(name = "{argumentsWithNames}")
    @MethodSource("programsWithFlags")
    void printsTheSameUnderOtherCompilersAndCollectors(String flags, Program program) throws Exception {
        // A move takes longer then, beside what calculates and what waits.
        movesAndPrintsTheSame(List.of(flags), flags.equals("-Xint")
                ? new Program(program.name, Math.max(1, program.rounds / INTERPRETED), program.millis * WAITING_LONGER) : program);
    }

    /** HotSpot compiles no method of which it does not see that each monitorexit belongs to one monitorenter. */
    @Test
    void framesThatHoldMonitorsAreCompiledAgain() throws Exception {
        movesAndPrintsTheSame(List.of("-Xlog:monitormismatch=info:file=" + folder.resolve("mismatch-%p")), new Program("Nested", 9_000, 0));
        List<Path> logs = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "mismatch-*")) {
            found.forEach(logs::add);
        }
        assertThat(logs).isNotEmpty().allSatisfy(log -> assertThat(log).isEmptyFile());
    }

    /** Each JVM in a name space of time of its own, as on hosts that were started days apart; only root can make those. */
    @Test
    void deadlinesKeepTheirDistanceWhereClocksDiffer() throws Exception {
        Process probe = new ProcessBuilder("sh", "-c", String.join(" ", withClock(0)) + " true").redirectErrorStream(true).start();
        probe.getInputStream().readAllBytes();
        assumeTrue(probe.waitFor() == 0, "a name space of time cannot be made here");
        otherClocks = true;
        movesAndPrintsTheSame(List.of(), new Program("Clocks", 1, 150));
    }

    /** The second move leads back by days. */
    private static List<String> withClock(int move) {
        return List.of("unshare", "--time", "--monotonic", Integer.toString(move % 2 == 0 ? 2_000_000 : 1_000_000));
    }

    private void movesAndPrintsTheSame(List<String> flags, Program program) throws Exception {
        Run plain = plainRun(flags, program.name);
        for (int slower = 1; slower <= SLOWEST; slower *= 3) {
            List<String> jvm = new ArrayList<>(flags);
            jvm.add("-Dpace.rounds=" + program.rounds * slower);
            jvm.add("-Dpace.millis=" + program.millis * slower);
            if (movedRun(program.name, jvm, plain, Files.createDirectory(folder.resolve("slower" + slower))) > 0) {
                return;
            }
        }
        fail(program.name + " did not move; the last refusal: " + refusal);
    }

    /** Libraries only for who needs them: each JVM digests them at its first move. */
    private static String classPath(String program) {
        return program.equals("Languages") ? CLASSES + ":" + jarOf(kotlin.Unit.class) + ":" + jarOf(scala.Option.class) : CLASSES;
    }

    private static String jarOf(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation().getPath();
    }

    /** The number of moves, or a reason in {@link #refusal}; each run must print what the plain one did. */
    private int movedRun(String program, List<String> jvm, Run plain, Path folder) throws Exception {
        long seed = SEED + program.hashCode();
        Random random = new Random(seed);
        int moved = 0;
        try (MoveHarness harness = new MoveHarness(folder, jvm, classPath(program))) {
            harness.start("programs." + program);
            try {
                for (int i = 0; i < MOVES; i++) {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(PERIOD_MILLIS));
                    if (otherClocks) {
                        harness.landingsBy = withClock(i);
                    }
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
            String replay = replay(program, seed, jvm) + "\nrefused: " + refusal + "\nstderr:\n" + harness.errors();
            assertThat(harness.output()).as(replay).isEqualTo(plain.output);
            assertThat(harness.errors()).as(replay).isEqualTo(plain.errors);
            assertThat(status).as(replay).isEqualTo(plain.status);
        }
        return moved;
    }

    private record Run(String output, String errors, int status) {}

    private Run plainRun(List<String> flags, String program) throws Exception {
        Path output = folder.resolve("plain.out");
        Path errors = folder.resolve("plain.err");
        List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(), PLAIN_PACE, "-cp", classPath(program),
                "programs." + program));
        command.addAll(1, flags);
        Process process = new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
        try {
            assertThat(process.waitFor(PROGRAM_SECONDS, TimeUnit.SECONDS)).isTrue();
            return new Run(Files.readString(output), Files.readString(errors), process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    private static String replay(String program, long seed, List<String> jvm) {
        return program + " with seed " + seed + "; replay in ssi-agent: java -Djvm=\"" + String.join(" ", jvm)
                + "\" -cp target/test-classes:../ssi-core/target/classes io.ssi.agent.move.MoveMain " + classPath(program) + " " + seed + " "
                + MOVES + " " + PERIOD_MILLIS + " programs." + program;
    }
}
