import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Moves programs with heaps and threads of several sizes between the two daemons of bench-migrate, there and back, and shows the pause and
 * its parts. Arguments: moves, loads as KIND:MEGABYTES:THREADS,..., java, agent, folder of the daemons and programs, folder of the commands.
 */
public final class Moves {
    private static final String[] PARTS = {"freeze", "capture", "write", "transfer", "build", "commit", "resume"};
    /** Moves before those that count: a daemon's code and a program's are compiled by then. */
    private static final int WARM_UP = 2;
    private static final long READY_SECONDS = 120;
    private static final String[] LOOPS = {"vector", "counted", "virtual", "allocation", "map", "monitor"};
    /** Slices of time until a loop is compiled, and those of which the best counts. */
    private static final int SLICES_WARM = 12;
    private static final int SLICES = 20;

    private final String java;
    private final String agent;
    private final Path folder;
    private final String commands;

    private Moves(String java, String agent, Path folder, String commands) {
        this.java = java;
        this.agent = agent;
        this.folder = folder;
        this.commands = commands;
    }

    public static void main(String[] arguments) throws Exception {
        int moves = Integer.parseInt(arguments[0]);
        System.out.println(moves + " moves of each" + (arguments[1].equals("steady") ? "" : " after " + WARM_UP + " that do not count") + ", " + Runtime.getRuntime().availableProcessors()
                + " processors, load " + load() + " before");
        Moves bench = new Moves(arguments[2], arguments[3], Path.of(arguments[4]), arguments[5]);
        if (arguments[1].equals("steady")) {
            for (String loop : LOOPS) {
                bench.steady(loop, moves);
            }
            System.out.println("load " + load() + " after");
            return;
        }
        System.out.printf("%-18s %9s %9s %9s   %-62s %9s %10s %7s%n", "live heap", "shortest", "median", "longest",
                "medians of " + String.join(", ", PARTS) + ", ms", "image", "objects", "peak");
        for (String load : arguments[1].split(",")) {
            bench.row(load, moves);
        }
        System.out.println("peak: largest resident memory of the JVM that was moved into, over the live heap");
        System.out.println("load " + load() + " after");
    }

    private Process start(Path out, long heapMegabytes, String... mainAndArguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(java, "-Xmx" + heapMegabytes + "m", "-javaagent:" + agent + "=socket=" + socket(1), "-cp",
                folder.resolve("program").toString()));
        command.addAll(List.of(mainAndArguments));
        return new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** The best speed of a loop, rounds a second, before and after each move. */
    private void steady(String loop, int moves) throws Exception {
        Path out = Files.createTempFile(folder, "steady", ".out");
        Process program = start(out, 256, "Steady", loop);
        try {
            double before = speed(out);
            String vpid = first("\"vpid\" *: *([0-9]+)", run("ssi-ps", "-s", socket(1), "--json", "Steady"));
            StringBuilder ratios = new StringBuilder();
            for (int i = 0; i < moves; i++) {
                run("ssi-migrate", "-s", socket(1), "--wait", "30s", vpid, i % 2 == 0 ? "2" : "1");
                ratios.append(String.format(Locale.ROOT, "%7.1f %%", 100 * speed(out) / before));
            }
            System.out.printf(Locale.ROOT, "%-12s %12.0f rounds/s before; then %s%n", loop, before, ratios);
        } finally {
            program.destroyForcibly();
            program.waitFor();
            run("ssi-ps", "-s", socket(1));
        }
    }

    private static double speed(Path out) throws Exception {
        int seen = Files.readAllLines(out).size();
        await(() -> Files.readAllLines(out).size() >= seen + SLICES_WARM + SLICES, "the program did not say how fast it is");
        return Files.readAllLines(out).stream().skip(seen + SLICES_WARM).limit(SLICES).mapToDouble(Double::parseDouble).max().orElseThrow();
    }

    private void row(String load, int moves) throws Exception {
        String[] parts = load.split(":");
        long megabytes = Long.parseLong(parts[1]);
        Path out = Files.createTempFile(folder, "load", ".out");
        Process program = start(out, 256 + 3 * megabytes, "Load", parts[0], parts[1], parts[2]);
        try {
            await(() -> Files.readString(out).contains("ready"), "the program of " + load + " did not say that it is ready");
            String vpid = first("\"vpid\" *: *([0-9]+)", run("ssi-ps", "-s", socket(1), "--json", "Load"));
            long[] pauses = new long[moves];
            long[][] times = new long[PARTS.length][moves];
            String result = "";
            double peak = 0;
            for (int i = -WARM_UP; i < moves; i++) {
                int node = (i + WARM_UP) % 2 == 0 ? 2 : 1;
                result = run("ssi-migrate", "-s", socket(1), "--wait", "30s", "--json", vpid, Integer.toString(node));
                peak = Math.max(peak, residentMegabytes(first("\"osPid\" *: *([0-9]+)", run("ssi-ps", "-s", socket(1), "--json", "Load"))));
                for (int p = 0; i >= 0 && p < PARTS.length; p++) {
                    times[p][i] = Long.parseLong(first("\"" + PARTS[p] + "Micros\" *: *([0-9]+)", result));
                }
                if (i >= 0) {
                    pauses[i] = Long.parseLong(first("\"pauseMicros\" *: *([0-9]+)", result));
                }
            }
            print(parts, pauses, times, result, peak / megabytes);
        } finally {
            program.destroyForcibly();
            program.waitFor();
            run("ssi-ps", "-s", socket(1));
        }
    }

    private static void print(String[] load, long[] pauses, long[][] times, String result, double peak) {
        StringBuilder medians = new StringBuilder();
        for (long[] part : times) {
            medians.append(String.format(Locale.ROOT, "%8.1f", median(part) / 1000.0));
        }
        System.out.printf(Locale.ROOT, "%-18s %6.0f ms %6.0f ms %6.0f ms   %-62s %6.1f MB %10s %6.1fx%n", load[0] + " " + load[1] + " MB, " + load[2],
                Arrays.stream(pauses).min().orElseThrow() / 1000.0, median(pauses) / 1000.0, Arrays.stream(pauses).max().orElseThrow() / 1000.0, medians,
                Long.parseLong(first("\"imageBytes\" *: *([0-9]+)", result)) / 1048576.0, first("\"objects\" *: *([0-9]+)", result), peak);
    }

    private static double median(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2.0;
    }

    private String socket(int node) {
        return folder.resolve("state" + node).resolve("daemon.sock").toString();
    }

    private static double residentMegabytes(String osPid) throws IOException {
        return Long.parseLong(first("VmHWM:\\s+([0-9]+)", Files.readString(Path.of("/proc", osPid, "status")))) / 1024.0;
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition, String failure) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(failure + " in " + READY_SECONDS + " s");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private String run(String command, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of(commands + "/" + command));
        line.addAll(List.of(arguments));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", line) + " ended with " + process.exitValue() + ":\n" + out);
        }
        return out;
    }

    private static String first(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        String last = null;
        while (matcher.find()) {
            last = matcher.group(1);
        }
        if (last == null) {
            throw new IllegalStateException("no " + pattern + " in " + text);
        }
        return last;
    }

    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }
}
