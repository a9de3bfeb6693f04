package programs;

/** Code as a compiler before Java 5 took it, which OldClasses makes into class files of that age. */
final class Blocks implements Runnable {
    private static int count;
    private final long seed;
    private final Object lock = new Object();
    private double mean;

    Blocks() {
        this(7);
    }

    private Blocks(int seed) {
        Pace.step();
        this.seed = seed;
        Pace.step();
    }

    @Override
    public void run() {
        for (int round = 0; round < 2; round++) {
            System.out.println(held(round) + " " + thrown(round) + " " + depth(3) + " " + new Part("p").text(round) + " " + mean);
        }
    }

    private synchronized long held(int round) {
        long sum = seed;
        synchronized (lock) {
            for (int i = 0; i < 2; i++) {
                Pace.step();
                sum += i * (long) round;
                mean = sum / 2.0;
            }
        }
        Pace.step();
        return sum;
    }

    private static String thrown(int round) {
        StringBuffer said = new StringBuffer();
        try {
            try {
                Pace.step();
                if (round == 1) {
                    throw new IllegalStateException("round " + round);
                }
                said.append("none,");
            } finally {
                Pace.step();
                said.append("finally,");
            }
        } catch (IllegalStateException e) {
            Pace.step();
            said.append(e.getMessage());
        }
        return said.toString();
    }

    private int depth(int n) {
        if (n == 0) {
            Pace.step();
            return ++count;
        }
        return depth(n - 1) + n;
    }

    private final class Part {
        private final String name;

        Part(String name) {
            this.name = name;
        }

        String text(int round) {
            char[] signs = {'a', 'b'};
            float part = 0.5f;
            switch (round) {
                case 0:
                    Pace.step();
                    part += 1;
                    break;
                default:
                    part += seed;
            }
            Pace.step();
            return name + signs[round] + part;
        }
    }
}
