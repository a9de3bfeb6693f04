import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Kinds of hot code; prints the shortest time of each in microseconds. Arguments: rounds, and a seed for how data comes to lie. */
public final class Kernels {
    private static final int COUNT = 5;
    private static final int PADDING_BYTES_MAX = 1 << 16;

    /** More kinds than a call site remembers. */
    abstract static class Shape {
        abstract long area(int scale);
    }

    static final class Square extends Shape {
        private final int side;

        Square(int side) {
            this.side = side;
        }

        @Override
        long area(int scale) {
            return (long) side * side * scale;
        }
    }

    static final class Box extends Shape {
        private final int width;
        private final int height;

        Box(int width, int height) {
            this.width = width;
            this.height = height;
        }

        @Override
        long area(int scale) {
            return (long) width * height + scale;
        }
    }

    static final class Line extends Shape {
        private final int length;

        Line(int length) {
            this.length = length;
        }

        @Override
        long area(int scale) {
            return length - scale;
        }
    }

    static final class Dot extends Shape {
        @Override
        long area(int scale) {
            return scale;
        }
    }

    record Point(int x, int y) {}

    private static final int[] LEFT = new int[1 << 16];
    private static final int[] RIGHT = new int[1 << 16];
    private static final Map<Point, Integer> MAP = new HashMap<>();
    private static final Shape[] SHAPES = new Shape[1 << 8];
    private static byte[] padding;
    private static long sink;

    private Kernels() {}

    public static void main(String[] arguments) {
        int rounds = Integer.parseInt(arguments[0]);
        int seed = Integer.parseInt(arguments[1]);
        padding = new byte[new Random(seed).nextInt(PADDING_BYTES_MAX)];
        for (int i = 0; i < SHAPES.length; i++) {
            SHAPES[i] = i % 4 == 0 ? new Square(i) : i % 4 == 1 ? new Box(i, 2) : i % 4 == 2 ? new Line(i) : new Dot();
        }
        for (int i = 0; i < 1 << 12; i++) {
            MAP.put(new Point(i, -i), i);
        }
        long[] best = new long[COUNT];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < COUNT; i++) {
                int kernel = (i + seed) % COUNT;
                long start = System.nanoTime();
                run(kernel);
                long nanos = System.nanoTime() - start;
                best[kernel] = round == 0 ? nanos : Math.min(best[kernel], nanos);
            }
        }
        StringBuilder times = new StringBuilder();
        for (long nanos : best) {
            times.append(nanos / 1e3).append(' ');
        }
        System.out.println(times.append(sink == 42 ? padding.length : ""));
    }

    private static void run(int kernel) {
        switch (kernel) {
            case 0 -> vector();
            case 1 -> counted();
            case 2 -> virtual();
            case 3 -> allocate();
            default -> look();
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
        for (int pass = 0; pass < 10_000; pass++) {
            sink += areas(SHAPES, pass);
        }
    }

    private static long areas(Shape[] shapes, int scale) {
        long sum = 0;
        for (Shape shape : shapes) {
            sum += shape.area(scale);
        }
        return sum;
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

    /** With keys of the program's own: what the agent did with maps before must not be in their profile. */
    private static void look() {
        long sum = 0;
        for (int pass = 0; pass < 50; pass++) {
            for (int i = 0; i < 1 << 12; i++) {
                sum += MAP.get(new Point(i, -i));
            }
            MAP.forEach((point, number) -> sink += number);
        }
        sink += sum;
    }
}
