import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Runs JVMs in turns, so that whatever else this machine does falls on all alike. Arguments: what, rounds, java, agent, folder. */
public final class Bench {
    private static final String[] KERNELS = {"vectorised loop", "counted loop", "virtual calls", "allocation"};
    private static final String KERNEL_ROUNDS = "60";

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[1]);
        boolean fine = arguments[0].equals("startup") ? startup(rounds, arguments[2], arguments[3], arguments[4])
                : overhead(rounds, arguments[2], arguments[3], arguments[4]);
        System.exit(fine ? 0 : 1);
    }

    private static boolean startup(int rounds, String java, String agent, String folder) throws Exception {
        List<List<String>> commands = List.of(List.of(java, "-cp", folder, "Hello"),
                List.of(java, "-javaagent:" + folder + "/empty.jar", "-cp", folder, "Hello"),
                List.of(java, "-javaagent:" + agent, "-cp", folder, "Hello"));
        double[][] millis = new double[commands.size()][rounds];
        for (int round = -1; round < rounds; round++) {
            for (int i = 0; i < commands.size(); i++) {
                long start = System.nanoTime();
                run(commands.get(i));
                if (round >= 0) {
                    millis[i][round] = (System.nanoTime() - start) / 1e6;
                }
            }
        }
        String[] names = {"no agent", "empty agent", "ssi agent"};
        for (int i = 0; i < names.length; i++) {
            System.out.printf(Locale.ROOT, "%-12s median %6.1f ms   shortest %6.1f ms%n", names[i], median(millis[i]), median(
                    Arrays.stream(millis[i]).sorted().limit(1).toArray()));
        }
        double over = median(millis[2]) - median(millis[1]);
        System.out.printf(Locale.ROOT, "over the empty agent: %.1f ms (at most 60 are allowed)%n", over);
        return over <= 60;
    }

    private static boolean overhead(int rounds, String java, String agent, String folder) throws Exception {
        List<String> plain = List.of(java, "-cp", folder, "Kernels", KERNEL_ROUNDS);
        List<String> woven = List.of(java, "-javaagent:" + agent + "=detached", "-cp", folder, "Kernels", KERNEL_ROUNDS);
        double[][] best = new double[2][KERNELS.length];
        Arrays.fill(best[0], Double.MAX_VALUE);
        Arrays.fill(best[1], Double.MAX_VALUE);
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < 2; i++) {
                String[] times = run(i == 0 ? plain : woven).trim().split(" ");
                for (int k = 0; k < KERNELS.length; k++) {
                    best[i][k] = Math.min(best[i][k], Double.parseDouble(times[k]));
                }
            }
        }
        boolean fine = true;
        for (int k = 0; k < KERNELS.length; k++) {
            double percent = 100 * (best[1][k] / best[0][k] - 1);
            System.out.printf(Locale.ROOT, "%-16s %10.1f us without, %10.1f us with agent: %+.2f %%%n", KERNELS[k], best[0][k], best[1][k],
                    percent);
            fine &= percent <= 1;
        }
        System.out.println(fine ? "each at most 1 % slower" : "more than 1 % slower; run it on a quiet machine before believing it");
        return fine;
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(new ArrayList<>(command)).redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String out = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(command + " ended with " + process.exitValue());
        }
        return out;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
