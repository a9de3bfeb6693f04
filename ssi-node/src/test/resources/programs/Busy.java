import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;

/** Passes numbers from thread to thread as fast as it can, keeps the last thousand, and answers "check" when none was lost or doubled. */
public class Busy {
    static final ArrayBlockingQueue<Long> QUEUE = new ArrayBlockingQueue<>(64);
    static final Map<Long, String> LAST = new HashMap<>();
    static volatile long taken;
    static volatile String wrong = "";

    public static void main(String[] arguments) throws Exception {
        start(() -> {
            for (long number = 1; true; number++) {
                QUEUE.put(number);
            }
        });
        start(() -> {
            for (long expected = 1; true; expected++) {
                long number = QUEUE.take();
                if (number != expected) {
                    wrong = number + " for " + expected;
                }
                LAST.put(number, "number " + number);
                LAST.remove(number - 1000);
                taken = number;
            }
        });
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            long before = taken;
            while (taken == before) {
                Thread.sleep(1);
            }
            System.out.println(wrong.isEmpty() ? "ok" : wrong);
        }
        System.exit(0);
    }

    interface Body {
        void run() throws InterruptedException;
    }

    static void start(Body body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (InterruptedException e) {
                wrong = "interrupted";
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
