package programs;

import java.util.function.Function;
import java.util.function.Supplier;

/** Moves inside constructors, before and after the superclass's, and inside calls of super methods. */
public final class Construction {
    private static int made;

    private static int slowly(int value) {
        Pace.step();
        return value;
    }

    private static class Base {
        final int first;
        final String second;
        final long third;
        private final Object self;

        Base(int first) {
            this.first = slowly(first);
            this.second = "second" + slowly(first + 1);
            this.third = first * 3L;
            this.self = this;
            made++;
        }

        Base(String text) {
            this(slowly(text.length()));
        }

        String describe(int a, long b, double c) {
            return slowly(first) + second + third + (self == this) + a + b + c;
        }
    }

    private interface Greeting {
        default String greet(String name) {
            return "hello " + slowly(name.length()) + name;
        }
    }

    private static class Derived extends Base implements Greeting {
        private final int[] numbers = {slowly(1), slowly(2)};
        final byte small;
        final boolean flag;
        final double real;
        final char letter;
        final short brief;
        final float single;

        Derived(int n) {
            super(slowly(n) + slowly(2));
            small = (byte) slowly(n);
            flag = slowly(n) > 0;
            real = slowly(n) / 2.0;
            letter = (char) ('a' + slowly(n));
            brief = (short) slowly(n);
            single = slowly(n);
        }

        Derived(String text, int n) {
            this(text.length() + slowly(n));
        }

        @Override
        String describe(int a, long b, double c) {
            return "<" + super.describe(a, slowly(5) + b, c) + numbers.length + small + flag + real + letter + brief + single + ">";
        }

        @Override
        public String greet(String name) {
            return Greeting.super.greet(name + "!") + slowly(1) + super.toString().isEmpty();
        }

        private int hidden(int n) {
            return slowly(n) + first;
        }

        class Inner {
            final int value = hidden(slowly(3));

            int outer() {
                return Derived.this.hidden(value);
            }
        }
    }

    private record Checked(int a, String b) {
        Checked {
            if (slowly(a) < 0) {
                throw new IllegalArgumentException("negative");
            }
            b = b + slowly(1);
        }
    }

    private static final class Lazy {
        private final Supplier<String> supplier;

        Lazy(int n) {
            int captured = slowly(n);
            supplier = () -> "lazy" + captured + slowly(1);
        }
    }

    public static void main(String[] arguments) throws ReflectiveOperationException {
        Function<Integer, Derived> maker = Derived::new;
        for (int i = 0; i < 3; i++) {
            Base base = new Base(slowly(i) + new Base(slowly(7)).first);
            Derived derived = i % 2 == 0 ? new Derived("text", slowly(i)) : maker.apply(slowly(i));
            Derived reflected = Derived.class.getDeclaredConstructor(String.class, int.class).newInstance("by name", slowly(i));
            Derived.Inner inner = reflected.new Inner();
            String checked;
            try {
                checked = new Checked(slowly(i - 1), "b").toString();
            } catch (IllegalArgumentException e) {
                checked = e.getMessage();
            }
            System.out.println(base.describe(1, 2, 3.5) + derived.describe(i, 4L, 0.25) + derived.greet("you") + inner.outer()
                    + checked + new Lazy(i).supplier.get() + new Base("four").first + " " + made);
        }
    }
}
