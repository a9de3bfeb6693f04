package programs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records, enums with bodies, sealed types, switches of all kinds, strings and their identity. */
public final class Shapes {
    private sealed interface Shape permits Circle, Square, Group {}

    private record Circle(double radius) implements Shape {}

    private record Square(int side, String name) implements Shape {}

    private record Group(List<Shape> shapes) implements Shape {}

    private enum Operation {
        PLUS("+") {
            @Override
            int apply(int a, int b) {
                Pace.step();
                return a + b;
            }
        },
        TIMES("*") {
            @Override
            int apply(int a, int b) {
                return a * b;
            }
        };

        private final String sign;

        Operation(String sign) {
            this.sign = sign;
        }

        abstract int apply(int a, int b);
    }

    private static double area(Shape shape) {
        return switch (shape) {
            case Circle(double r) when r > 5 -> Math.round(r * r * Math.PI);
            case Circle c -> c.radius * c.radius * 3;
            case Square(int side, String name) -> slowly(side * side) + name.length();
            case Group group -> {
                double sum = 0;
                for (Shape each : group.shapes) {
                    sum += area(each);
                }
                yield sum;
            }
        };
    }

    private static <T> T slowly(T value) {
        Pace.step();
        return value;
    }

    private static String word(Operation operation, String text) {
        String first = switch (operation) {
            case PLUS -> "add";
            case TIMES -> "multiply";
        };
        return first + switch (slowly(text)) {
            case "" -> " nothing";
            case "Aa", "BB" -> " collision " + text;
            default -> " " + text;
        };
    }

    private static final String CONSTANT = "a constant";

    private static String strings(int i) {
        String constant = slowly("a constant");
        String made = new StringBuilder("a ").append("constant").toString();
        String empty = "";
        String wide = "\u00e9\u4e16\ud83d\ude00" + i;
        char[] chars = slowly(wide.toCharArray());
        return (constant == CONSTANT) + " " + (made == CONSTANT) + " " + (made.intern() == CONSTANT) + " " + (empty == "") + " "
                + empty.isEmpty() + " " + new String(chars).equals(wide) + " " + wide.codePointCount(0, wide.length()) + " "
                + (new String("") == "") + " " + wide.hashCode();
    }

    public static void main(String[] arguments) {
        List<Shape> shapes = new ArrayList<>(List.of(new Circle(2), new Circle(7), new Square(3, "x"), new Square(4, "")));
        Map<String, Object> kept = new LinkedHashMap<>();
        LinkedList<Object> chain = new LinkedList<>();
        for (int i = 0; i < 50_000; i++) {
            chain.add(i % 2 == 0 ? (Object) i : "s" + i % 100);
        }
        for (int i = 0; i < 12; i++) {
            shapes.add(new Group(List.copyOf(shapes.subList(0, 4))));
            Operation operation = Operation.values()[i % 2];
            kept.put("round " + i, Optional.of(new Square(i, "kept")));
            System.out.println(area(shapes.get(shapes.size() - 1)) + " " + operation.sign + operation.apply(i, 3) + " "
                    + word(operation, i % 3 == 0 ? "" : i % 3 == 1 ? "Aa" : "other") + " " + shapes.get(i % 4) + " " + strings(i));
            chain.addLast(chain.removeFirst());
        }
        System.out.println(kept + " " + chain.hashCode() + " " + Operation.valueOf("PLUS").getClass().isAnonymousClass());
    }
}
