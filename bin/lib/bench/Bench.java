import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Runs JVMs in turns, so that whatever else this machine does falls on all alike. Arguments: startup or overhead, rounds, java,
 * agent, folder with the programs; or: port.
 */
public final class Bench {
    private static final String[] KERNELS = {"vectorised loop", "counted loop", "virtual calls", "allocation", "hash map"};
    private static final String KERNEL_ROUNDS = "60";
    private static final double STARTUP_MILLIS_MAX = 60;
    private static final double OVERHEAD_PERCENT_MAX = 1;
    /** What the kernel counts the time of children in. */
    private static final double TICK_MILLIS = 10;

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("port")) {
            try (ServerSocket socket = new ServerSocket(0)) {
                System.out.println(socket.getLocalPort());
            }
            return;
        }
        int rounds = Integer.parseInt(arguments[1]);
        System.out.println(rounds + " rounds, " + Runtime.getRuntime().availableProcessors() + " processors, load " + load() + " before");
        boolean fine = arguments[0].equals("startup") ? startup(rounds, arguments[2], arguments[3], arguments[4])
                : overhead(rounds, arguments[2], arguments[3], arguments[4]);
        System.out.println("load " + load() + " after");
        System.exit(fine ? 0 : 1);
    }

    private static boolean startup(int rounds, String java, String agent, String folder) throws Exception {
        String program = folder + "/program";
        String[] names = {"no agent", "empty agent", "ssi agent, detached", "ssi agent"};
        List<List<String>> commands = List.of(List.of(java, "-cp", program, "Hello"),
                List.of(java, "-javaagent:" + folder + "/empty.jar", "-cp", program, "Hello"),
                List.of(java, "-javaagent:" + agent + "=detached", "-cp", program, "Hello"),
                List.of(java, "-javaagent:" + agent + "=socket=" + folder + "/state/daemon.sock", "-cp", program, "Hello"));
        double[][] millis = new double[names.length][rounds];
        double[] processor = new double[names.length];
        for (int round = -1; round < rounds; round++) {
            for (int i = 0; i < names.length; i++) {
                double before = childMillis();
                long start = System.nanoTime();
                run(commands.get(i));
                if (round >= 0) {
                    millis[i][round] = (System.nanoTime() - start) / 1e6;
                    processor[i] += (childMillis() - before) / rounds;
                }
            }
        }
        for (int i = 0; i < names.length; i++) {
            System.out.printf(Locale.ROOT, "%-20s median %6.1f ms   shortest %6.1f ms   processor time, mean %6.1f ms%n", names[i],
                    median(millis[i]), shortest(millis[i]), processor[i]);
        }
        double over = median(millis[3]) - median(millis[1]);
        System.out.printf(Locale.ROOT, "over the empty agent: median %.1f ms (at most %.0f are allowed), shortest %.1f ms, processor time %.1f ms%n",
                over, STARTUP_MILLIS_MAX, shortest(millis[3]) - shortest(millis[1]), processor[3] - processor[1]);
        return over <= STARTUP_MILLIS_MAX;
    }

    /** Each round is a fresh JVM for each side: how code and heap come to lie differs between JVMs, and that alone makes some percent. */
    private static boolean overhead(int rounds, String java, String agent, String folder) throws Exception {
        double[][][] best = new double[2][KERNELS.length][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int side = 0; side < 2; side++) {
                // Who comes first changes, and the seed is the same for both.
                int which = (side + round) % 2;
                List<String> command = new ArrayList<>(List.of(java));
                if (which == 1) {
                    command.add("-javaagent:" + agent + "=detached");
                }
                command.addAll(List.of("-cp", folder + "/program", "Kernels", KERNEL_ROUNDS, Integer.toString(round)));
                String[] times = run(command).trim().split(" ");
                for (int k = 0; k < KERNELS.length; k++) {
                    best[which][k][round] = Double.parseDouble(times[k]);
                }
            }
        }
        boolean fine = true;
        System.out.println("kernel               shortest of all JVMs                     median of the JVMs' shortest");
        for (int k = 0; k < KERNELS.length; k++) {
            double[] plain = best[0][k];
            double[] woven = best[1][k];
            double percent = percent(shortest(plain), shortest(woven));
            double ofMedians = percent(median(plain), median(woven));
            System.out.printf(Locale.ROOT, "%-16s %9.1f us, with agent %9.1f us %+6.2f %%   %9.1f us, with agent %9.1f us %+6.2f %%%n",
                    KERNELS[k], shortest(plain), shortest(woven), percent, median(plain), median(woven), ofMedians);
            // Where code and data come to lie moves either by some percent; what the agent costs would move both.
            fine &= Math.min(percent, ofMedians) <= OVERHEAD_PERCENT_MAX;
        }
        System.out.println(fine ? "by its shortest or by its median, each is at most 1 % slower" : "more than 1 % slower; run it on a quiet machine before believing it");
        return fine;
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String out = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(command + " ended with " + process.exitValue());
        }
        return out;
    }

    /** Processor time of all children that ended. */
    private static double childMillis() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return TICK_MILLIS * (Long.parseLong(fields[13]) + Long.parseLong(fields[14]));
    }

    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }

    private static double percent(double from, double to) {
        return 100 * (to / from - 1);
    }

    private static double shortest(double[] values) {
        return Arrays.stream(values).min().orElseThrow();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
