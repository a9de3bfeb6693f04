package programs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Lambdas and method references of all sorts, on the stack and in the heap. */
public final class Streams {
    /** Keeps the work from being optimised away. */
    private static volatile int sink;

    private final int offset;

    private Streams(int offset) {
        this.offset = offset;
    }

    private record Node(int value, List<Node> children) {
        Node(int value) {
            this(slowly(value), new ArrayList<>());
        }

        int sum() {
            return slowly(value) + children.stream().mapToInt(Node::sum).sum();
        }
    }

    /** Some work that gives back what it was given. */
    static int slowly(int value) {
        int x = value;
        for (int i = 0; i < 100 * Pace.ROUNDS; i++) {
            x = x * 31 + i;
        }
        sink = x;
        return value;
    }

    private int shifted(int value) {
        return slowly(value) + offset;
    }

    private static String chain(int limit) {
        String prefix = "n";
        return IntStream.rangeClosed(1, limit).map(Streams::slowly).filter(n -> slowly(n) % 3 != 0)
                .mapToObj(n -> prefix + slowly(n)).sorted(Comparator.comparing(s -> slowly(s.length())))
                .skip(2).limit(30).collect(Collectors.joining(",", "[", "]"));
    }

    private String grouped() {
        Map<Integer, Long> groups = Stream.iterate(1, n -> n + 1).limit(60).map(this::shifted)
                .collect(Collectors.groupingBy(n -> slowly(n) % 7, TreeMap::new, Collectors.summingLong(n -> slowly(n))));
        return groups.toString();
    }

    private static Node tree(int depth) {
        Function<Integer, Node> maker = Node::new;
        Node node = maker.apply(depth);
        if (depth > 0) {
            IntStream.range(0, 3).forEach(i -> node.children.add(tree(depth - 1)));
        }
        return node;
    }

    private static Supplier<Integer> counter() {
        int[] count = {0};
        return () -> count[0] += slowly(1);
    }

    private static long comparators() {
        Integer[] numbers = new Integer[40];
        Arrays.setAll(numbers, i -> i * 37 % 101);
        Arrays.sort(numbers, (a, b) -> Integer.compare(slowly(b), slowly(a)));
        TreeSet<String> set = new TreeSet<>(Comparator.comparing(String::length).thenComparing(Comparator.reverseOrder()));
        for (Integer each : numbers) {
            set.add("x".repeat(slowly(each) % 5) + each);
        }
        ToLongFunction<String> hash = String::hashCode;
        return set.stream().mapToLong(hash).reduce(7, (a, b) -> a * 31 + slowly((int) (b & 0xFF)));
    }

    private static String widening() {
        IntUnaryOperator twice = n -> slowly(n) * 2;
        Function<Integer, Long> boxed = n -> (long) twice.applyAsInt(n);
        BiFunction<Integer, Integer, Object> any = Math::max;
        IntBinaryOperator most = Math::max;
        Runnable none = () -> slowly(3);
        none.run();
        Supplier<int[]> array = () -> new int[slowly(4)];
        Function<Integer, int[]> made = int[]::new;
        return boxed.andThen(n -> n + 1).compose((Integer n) -> n + slowly(5)).apply(10) + " " + any.apply(3, slowly(4)) + " "
                + most.applyAsInt(slowly(9), 2) + " " + array.get().length + " " + made.apply(slowly(6)).length;
    }

    public static void main(String[] arguments) {
        Supplier<Integer> counter = counter();
        Comparator<String> serializable = (Comparator<String> & java.io.Serializable) (a, b) -> b.compareTo(a);
        for (int i = 0; i < 8; i++) {
            System.out.println(chain(80) + " " + new Streams(i).grouped());
            System.out.println(tree(5).sum() + " " + counter.get() + " " + comparators() + " " + widening());
            System.out.println(Stream.of("p", "q", "r").sorted(serializable).toList());
        }
    }
}
