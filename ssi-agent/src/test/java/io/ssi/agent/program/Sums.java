package io.ssi.agent.program;

/** Adds for ever, on two threads. */
public final class Sums {
    private static volatile long sum;

    private Sums() {}

    public static void main(String[] arguments) {
        new Thread(Sums::add).start();
        System.out.println("adding");
        add();
    }

    private static void add() {
        for (long i = 0; i >= 0; i++) {
            sum += i;
        }
    }
}
