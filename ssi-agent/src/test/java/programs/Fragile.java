package programs;

import java.io.File;

/** Knows a class that it never initialises; an image of it has several chunks. It runs until there is a file "end" where it works. */
public final class Fragile {
    private static final long[] NUMBERS = new long[150_000];

    private Fragile() {}

    /** Says so when it is initialised. */
    static final class Loud {
        static {
            System.out.println("initialised");
        }

        private Loud() {}
    }

    public static void main(String[] arguments) {
        Class<?> known = Loud.class;
        for (int i = 0; i < NUMBERS.length; i++) {
            NUMBERS[i] = i * 0x9E37_79B9_7F4A_7C15L;
        }
        System.out.println("ready");
        File end = new File("end");
        do {
            Pace.step();
        } while (!end.exists());
        long sum = 0;
        for (long number : NUMBERS) {
            sum = sum * 31 + number;
        }
        System.out.println(known.getName() + " " + Long.toHexString(sum));
    }
}
