package programs;

import java.util.List;

/** Deep stacks, recursion without any loop, and objects that wait on the operand stack for the arguments of their constructors. */
public final class Recursion {
    private static final int DEEP = 5_000;
    private static int calls;

    private Recursion() {}

    private static long deep(int n, long sum, double half, String text) {
        if (n == 0) {
            Pace.step();
            return sum;
        }
        long below = deep(n - 1, sum + n, half + 0.5, text);
        if (n % 1250 == 0) {
            Pace.step();
        }
        return below + (half > n ? 1 : 0) + text.length();
    }

    private interface Node {
        int sum(int weight);
    }

    private record Leaf(int value) implements Node {
        @Override
        public int sum(int weight) {
            return value * weight;
        }
    }

    private record Branch(Node left, Node right) implements Node {
        @Override
        public int sum(int weight) {
            return left.sum(weight + 1) + right.sum(weight ^ 1);
        }
    }

    private static Node tree(int depth) {
        return depth == 0 ? new Leaf(++calls) : new Branch(tree(depth - 1), tree(depth - 1));
    }

    private static int fibonacci(int n) {
        return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
    }

    private static boolean isEven(int n) {
        return n == 0 || isOdd(n - 1);
    }

    private static boolean isOdd(int n) {
        return n != 0 && isEven(n - 1);
    }

    private static int hanoi(int n, int from, int to) {
        return n == 0 ? 0 : hanoi(n - 1, from, 3 - from - to) + 1 + hanoi(n - 1, 3 - from - to, to);
    }

    private static long once(Node tree) {
        return fibonacci(18) * 31L + tree.sum(3) + (isEven(700) ? 1 : 0) + hanoi(8, 0, 2);
    }

    /** Not one jump backwards is in what this runs; true if each time gave the same. */
    private static boolean again(int times, Node tree, long expected) {
        return times == 1 ? once(tree) == expected : again(times / 2, tree, expected) & again(times - times / 2, tree, expected);
    }

    private static int slowly(int n) {
        Pace.step();
        return n;
    }

    private record Pair(Object first, Object second) {
        @Override
        public String toString() {
            return "(" + first + " " + second + ")";
        }
    }

    private static Object fresh(int n) {
        return new Pair(new Pair(slowly(n), n > 0 ? new Pair("a" + slowly(n + 1), new int[] {slowly(3)}.length) : null),
                new StringBuilder(slowly(4) + "b").append(new Pair(List.of(slowly(5)), new Object[slowly(2)].length)));
    }

    public static void main(String[] arguments) throws InterruptedException {
        System.out.println(deep(DEEP, 1, 0.25, "xy"));
        Thread own = new Thread(null, () -> System.out.println(deep(4 * DEEP, 2, 0.75, "z")), "own", 64L << 20);
        own.start();
        own.join();
        Node tree = tree(8);
        long first = once(tree);
        System.out.println(again(Pace.ROUNDS, tree, first) + " " + first);
        System.out.println(fresh(0) + " " + fresh(1));
    }
}
