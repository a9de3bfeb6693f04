package io.ssi.agent.move;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** By hand: CLASSPATH SEED MOVES PERIOD_MILLIS MAIN ARGS... */
public final class MoveMain {
    private MoveMain() {}

    public static void main(String[] a) throws Exception {
        Random random = new Random(Long.parseLong(a[1]));
        Path folder = Files.createTempDirectory("mv");
        List<String> jvm = System.getProperty("jvm") == null ? List.of() : List.of(System.getProperty("jvm").split(" "));
        try (MoveHarness harness = new MoveHarness(folder, jvm, a[0])) {
            harness.start(a[4], java.util.Arrays.copyOfRange(a, 5, a.length));
            for (int i = 0; i < Integer.parseInt(a[2]); i++) {
                Thread.sleep(random.nextInt(Integer.parseInt(a[3])) + 50);
                if (!harness.isRunning()) {
                    break;
                }
                try {
                    harness.move();
                    System.err.println("moved: " + harness.pauses.getLast() + " us " + harness.images.getLast());
                } catch (MoveHarness.RefusedException e) {
                    System.err.println("refused: " + e.getMessage());
                } catch (MoveHarness.EndedException e) {
                    break;
                }
            }
            int status = harness.await(120);
            System.out.print(harness.output());
            System.err.print(harness.errors());
            System.err.println("exit " + status);
        }
    }
}
