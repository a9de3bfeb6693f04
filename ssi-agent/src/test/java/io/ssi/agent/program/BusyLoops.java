package io.ssi.agent.program;

/** A thread for each kind of loop in the arguments, all hard to get out of when compiled. None ends by itself. */
public final class BusyLoops {
    private static final int[] CELLS = new int[1 << 16];
    private static int intSum;
    private static long longSum;
    private static boolean never;

    private BusyLoops() {}

    interface Step {
        long next(long value);
    }

    record Add(long by) implements Step {
        @Override
        public long next(long value) {
            return value + by;
        }
    }

    record Multiply(long by) implements Step {
        @Override
        public long next(long value) {
            return value * by;
        }
    }

    record Turn(int by) implements Step {
        @Override
        public long next(long value) {
            return Long.rotateLeft(value, by);
        }
    }

    public static void main(String[] arguments) {
        for (String kind : arguments) {
            new Thread(() -> loop(kind), kind).start();
        }
        System.out.println("started");
    }

    private static void loop(String kind) {
        switch (kind) {
            case "counted" -> counted();
            case "countedLong" -> countedLong();
            case "nothing" -> nothing();
            case "awaitNever" -> awaitNever();
            case "array" -> array();
            default -> calls();
        }
    }

    private static void counted() {
        while (true) {
            int sum = intSum;
            for (int i = 0; i < 50_000_000; i++) {
                sum = sum * 31 + (i ^ sum >>> 7);
            }
            intSum = sum;
        }
    }

    private static void countedLong() {
        long sum = longSum;
        for (long i = 0; i < Long.MAX_VALUE; i++) {
            sum = sum * 31 + (i ^ sum >>> 7);
        }
        longSum = sum;
    }

    private static void nothing() {
        while (true) {
            // On purpose.
        }
    }

    private static void awaitNever() {
        while (!never) {
            // A read that may leave the loop.
        }
    }

    private static void array() {
        while (true) {
            for (int i = 0; i < CELLS.length; i++) {
                CELLS[i] += i;
            }
        }
    }

    private static void calls() {
        Step[] steps = {new Add(3), new Multiply(5), new Turn(7)};
        long value = 1;
        for (int i = 0; i >= 0; i = i == 2 ? 0 : i + 1) {
            value = steps[i].next(value);
        }
        longSum = value;
    }
}
