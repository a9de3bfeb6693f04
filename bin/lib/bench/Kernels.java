import java.util.ArrayList;
import java.util.List;

/** Four kinds of hot code; prints the shortest time of each in microseconds. Argument: rounds. */
public final class Kernels {
    interface Shape {
        int area(int scale);
    }

    record Square(int side) implements Shape {
        @Override
        public int area(int scale) {
            return side * side * scale;
        }
    }

    record Box(int width, int height) implements Shape {
        @Override
        public int area(int scale) {
            return width * height + scale;
        }
    }

    record Line(int length) implements Shape {
        @Override
        public int area(int scale) {
            return length + scale;
        }
    }

    private static final int[] LEFT = new int[1 << 16];
    private static final int[] RIGHT = new int[1 << 16];
    private static final Shape[] SHAPES = new Shape[1 << 12];
    private static long sink;

    private Kernels() {}

    public static void main(String[] arguments) {
        int rounds = Integer.parseInt(arguments[0]);
        for (int i = 0; i < SHAPES.length; i++) {
            SHAPES[i] = i % 3 == 0 ? new Square(i) : i % 3 == 1 ? new Box(i, 2) : new Line(i);
        }
        long[] best = {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE};
        for (int round = 0; round < rounds; round++) {
            for (int kernel = 0; kernel < best.length; kernel++) {
                long start = System.nanoTime();
                run(kernel);
                best[kernel] = Math.min(best[kernel], System.nanoTime() - start);
            }
        }
        System.out.println(best[0] / 1e3 + " " + best[1] / 1e3 + " " + best[2] / 1e3 + " " + best[3] / 1e3 + (sink == 42 ? " " : ""));
    }

    private static void run(int kernel) {
        switch (kernel) {
            case 0 -> vector();
            case 1 -> counted();
            case 2 -> virtual();
            default -> allocate();
        }
    }

    /** C2 turns the inner loop into vector instructions. */
    private static void vector() {
        for (int pass = 0; pass < 200; pass++) {
            add(LEFT, RIGHT, pass);
        }
    }

    private static void add(int[] left, int[] right, int more) {
        for (int i = 0; i < left.length; i++) {
            left[i] += right[i] + more;
        }
    }

    /** No call inside, and nothing to vectorise. */
    private static void counted() {
        long state = sink | 1;
        for (int i = 0; i < 4_000_000; i++) {
            state = state * 6_364_136_223_846_793_005L + 1;
            state ^= state >>> 29;
        }
        sink += state;
    }

    private static void virtual() {
        long sum = 0;
        for (int pass = 0; pass < 800; pass++) {
            for (Shape shape : SHAPES) {
                sum += shape.area(pass);
            }
        }
        sink += sum;
    }

    private static void allocate() {
        long sum = 0;
        for (int pass = 0; pass < 200; pass++) {
            List<Integer> list = new ArrayList<>();
            for (int i = 0; i < 4000; i++) {
                list.add(i + 1000);
            }
            for (Integer number : list) {
                sum += number;
            }
        }
        sink += sum;
    }
}
