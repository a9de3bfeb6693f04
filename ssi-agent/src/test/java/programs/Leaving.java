package programs;

/** The main thread ends first; another calls exit; hooks run after that, and standard error has its part. */
public final class Leaving {
    private Leaving() {}

    public static void main(String[] arguments) {
        Pace.known();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            Pace.step();
            System.out.println("hook");
            System.err.println("hook's last words");
        }, "hook"));
        Thread other = new Thread(() -> {
            for (int i = 0; i < 40; i++) {
                Pace.step();
                (i % 8 == 7 ? System.err : System.out).println("step " + i);
            }
            System.exit(7);
        }, "other");
        Thread.ofPlatform().daemon().start(() -> {
            while (true) {
                Pace.step();
                Thread.onSpinWait();
            }
        });
        other.start();
        System.out.println("main ends");
    }
}
