import java.io.IOException;

/** Prints numbers that depend on all the numbers before, from two threads that take turns; every 200 lines it reads a byte first. */
public class Count {
    static long state = 1;
    static int done;
    static volatile int turn;

    public static void main(String[] arguments) throws Exception {
        int lines = Integer.parseInt(arguments[0]);
        Thread other = new Thread() {
            @Override
            public void run() {
                Count.run(1, lines);
            }
        };
        other.start();
        run(0, lines);
        other.join();
        System.err.println("printed " + done);
        System.exit(7);
    }

    static void run(int me, int lines) {
        while (true) {
            synchronized (Count.class) {
                while (turn != me && done < lines) {
                    try {
                        Count.class.wait();
                    } catch (InterruptedException e) {
                        return;
                    }
                }
                if (done >= lines) {
                    return;
                }
                if (done % 200 == 0) {
                    try {
                        System.in.read();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
                for (int i = 0; i < 200_000; i++) {
                    state = state * 6364136223846793005L + 1442695040888963407L;
                }
                System.out.println(done + " " + me + " " + Long.toHexString(state));
                done++;
                turn = 1 - me;
                Count.class.notifyAll();
            }
        }
    }
}
