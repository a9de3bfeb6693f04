package programs;

/** The main thread dies of an exception while others go on; the JVM's status is 1 when they are through. */
public final class Dying {
    private Dying() {}

    private static int slowly(int n) {
        Pace.step();
        return n == 0 ? 0 : slowly(n - 1) + 1;
    }

    private static void fail(int n) {
        try {
            System.out.println("depth " + slowly(n));
        } finally {
            System.out.println("finally");
        }
        throw new IllegalStateException("the end of main", new RuntimeException("its cause " + slowly(n)));
    }

    public static void main(String[] arguments) {
        Pace.known();
        Thread other = new Thread(() -> System.out.println("other " + slowly(50)), "other");
        other.start();
        fail(20);
    }
}
