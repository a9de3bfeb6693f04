package programs;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Vector;

/** Several threads in synchronized methods of the JDK: what they want is held by none for long, or by one that is inside the program's own code. */
public final class Synchronised {
    private static final int THREADS = 4;
    private static final int ROUNDS = 12;
    private static final int COUNT = 300;

    private static final Vector<Integer> VECTOR = new Vector<>();
    private static final Hashtable<Integer, Integer> TABLE = new Hashtable<>();
    private static final StringBuffer TEXT = new StringBuffer();
    private static final List<Integer> LIST = Collections.synchronizedList(new ArrayList<>());
    private static final Map<Integer, Integer> MAP = Collections.synchronizedMap(new java.util.HashMap<>());
    private static final ByteArrayOutputStream BYTES = new ByteArrayOutputStream();
    private static final PrintStream PRINT = new PrintStream(BYTES, true);

    private Synchronised() {}

    private static void run(int me) {
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < COUNT; i++) {
                VECTOR.add(i);
                TABLE.merge(i, 1, Integer::sum);
                TEXT.append((char) ('a' + me));
                LIST.add(i);
                MAP.merge(i, 1, Integer::sum);
                if (i % 10 == 0) {
                    PRINT.println(i);
                }
            }
            if (round % THREADS == me) {
                inside(round);
            }
            Pace.step();
        }
    }

    /** Holds a monitor that the others want inside the JDK, for a moment. */
    private static void inside(int round) {
        if (round % 2 == 0) {
            synchronized (VECTOR) {
                VECTOR.forEach(n -> Thread.onSpinWait());
            }
        } else {
            TABLE.computeIfPresent(round, (k, n) -> {
                Thread.onSpinWait();
                return n;
            });
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int me = t;
            Thread thread = new Thread(() -> run(me));
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        int all = THREADS * ROUNDS;
        System.out.println((VECTOR.size() == all * COUNT) + " " + (TEXT.length() == all * COUNT) + " " + (LIST.size() == all * COUNT));
        System.out.println(TABLE.values().stream().distinct().toList() + " " + MAP.values().stream().distinct().toList() + " "
                + BYTES.toString().lines().count());
        int[] letters = new int[THREADS];
        TEXT.chars().forEach(c -> letters[c - 'a']++);
        System.out.println(java.util.Arrays.toString(letters));
    }
}
