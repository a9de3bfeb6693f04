package programs;

import java.util.Arrays;

/** Loops, hot enough to be compiled, in frames that hold monitors of blocks and methods in every nesting. */
public final class Nested {
    private static final Object[] LOCKS = {"zero", "one", "two"};
    private static final int[] NUMBERS = new int[1 << 8];

    private final int base;

    private Nested(int base) {
        this.base = base;
    }

    private static int turn(int sum) {
        int result = sum;
        for (int i = 0; i < NUMBERS.length; i++) {
            NUMBERS[i] = NUMBERS[NUMBERS.length - 1 - i] / (i | 1) + 1;
            result = result * 31 + NUMBERS[i];
        }
        return result;
    }

    /** Whose monitor is held, and what other variables have, does not get mixed up. */
    private static int chosen(int turns) {
        int sum = 0;
        Object before = LOCKS[2];
        for (int i = 0; i < turns; i++) {
            Object one = LOCKS[i % 3];
            Object other = i % 2 == 0 ? one : LOCKS[(i + 1) % 3];
            synchronized (other) {
                for (int k = 0; k < 100; k++) {
                    sum = turn(sum) + Arrays.asList(LOCKS).indexOf(one);
                }
                sum += 10 * Arrays.asList(LOCKS).indexOf(other) + 100 * Arrays.asList(LOCKS).indexOf(before);
            }
            before = other;
        }
        return sum;
    }

    private synchronized int both(int turns) {
        int sum = base;
        synchronized (LOCKS[0]) {
            for (int i = 0; i < turns; i++) {
                try {
                    synchronized (LOCKS[1 + i % 2]) {
                        for (int k = 0; k < 100; k++) {
                            sum = turn(sum);
                        }
                        if (i % 7 == 3) {
                            throw new IllegalStateException("seven");
                        }
                    }
                    for (int k = 0; k < 50; k++) {
                        sum = turn(sum);
                    }
                } catch (IllegalStateException e) {
                    sum += e.getMessage().length();
                } finally {
                    sum ^= Thread.holdsLock(LOCKS[1 + i % 2]) ? 1 : 0;
                }
            }
            sum ^= Thread.holdsLock(this) && Thread.holdsLock(LOCKS[0]) ? 2 : 0;
        }
        for (int i = 0; i < 50 * turns; i++) {
            sum = turn(sum);
        }
        return sum ^ (Thread.holdsLock(LOCKS[0]) ? 4 : 0);
    }

    private static synchronized int alone(int turns) {
        int sum = 0;
        for (int i = 0; i < 100 * turns; i++) {
            sum = turn(sum);
        }
        return sum;
    }

    public static void main(String[] arguments) {
        for (int round = 0; round < 3; round++) {
            int ignored = chosen(Pace.ROUNDS) + new Nested(round).both(Pace.ROUNDS) + alone(Pace.ROUNDS);
            Arrays.fill(NUMBERS, ignored * 0);
            System.out.println(chosen(30) + " " + new Nested(round).both(30) + " " + alone(30));
        }
        System.out.println(Thread.holdsLock(LOCKS[0]) || Thread.holdsLock(LOCKS[1]) || Thread.holdsLock(LOCKS[2]) || Thread.holdsLock(Nested.class));
    }
}
