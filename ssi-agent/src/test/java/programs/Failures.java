package programs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Exceptions through frames that were moved: finally, resources, suppressed ones, and deep recursion. */
public final class Failures {
    private static final List<String> LOG = new ArrayList<>();

    private record Resource(String name, boolean fails) implements AutoCloseable {
        Resource {
            slowly(1);
            LOG.add("open " + name);
        }

        @Override
        public void close() throws IOException {
            slowly(1);
            LOG.add("close " + name);
            if (fails) {
                throw new IOException("close of " + name);
            }
        }
    }

    private static int slowly(int value) {
        Pace.step();
        return value;
    }

    private static int risky(int n) throws IOException {
        try (Resource a = new Resource("a" + n, n % 2 == 0); Resource b = new Resource("b" + n, n % 3 == 0)) {
            if (slowly(n) % 4 == 1) {
                throw new IllegalStateException("body of " + a.name() + b.name());
            }
            return n;
        } finally {
            LOG.add("finally " + slowly(n));
        }
    }

    private static String nested(int n) {
        try {
            try {
                return "value " + risky(n);
            } catch (IllegalStateException e) {
                slowly(2);
                throw new RuntimeException("wrapped", e);
            } finally {
                slowly(1);
            }
        } catch (RuntimeException e) {
            return e.getMessage() + " " + e.getCause().getMessage() + " " + e.getCause().getSuppressed().length;
        } catch (IOException e) {
            return "checked " + e.getMessage() + " " + e.getSuppressed().length;
        }
    }

    private static long deep(int depth, long sum, String text) {
        if (depth == 0) {
            return slowly(1) + sum;
        }
        if (depth % 500 == 0) {
            slowly(1);
        }
        long below = deep(depth - 1, sum + depth, text) + text.length();
        if (depth % 700 == 0) {
            slowly(1);
        }
        return below;
    }

    private static int unwinding(int depth) {
        try {
            if (depth == 0) {
                slowly(1);
                throw new ArithmeticException("bottom");
            }
            return unwinding(depth - 1);
        } finally {
            if (depth % 50 == 0) {
                LOG.add("unwound " + slowly(depth));
            }
        }
    }

    private static String array() {
        int[] numbers = new int[2];
        try {
            numbers[slowly(5)] = slowly(1);
            return "no";
        } catch (ArrayIndexOutOfBoundsException e) {
            return e.getMessage();
        }
    }

    public static void main(String[] arguments) {
        for (int i = 0; i < 5; i++) {
            System.out.println(nested(i) + " " + array());
        }
        System.out.println(deep(1500, 0, "text"));
        try {
            unwinding(120);
        } catch (ArithmeticException e) {
            System.out.println(e.getMessage());
        }
        try {
            Object text = "text";
            slowly(((Integer) text));
        } catch (ClassCastException e) {
            System.out.println("no number");
        }
        System.out.println(LOG);
    }
}
