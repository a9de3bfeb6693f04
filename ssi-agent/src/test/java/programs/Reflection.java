package programs;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Keeps methods, constructors and fields and uses them again and again; and keys whose hash is that of their class. */
public final class Reflection {
    /** Its names are in the JVM's memory first, in this order. */
    static final class Before {
        void november() {}

        void golf() {}

        void alpha() {}

        void mike() {}

        void echo() {}

        void bravo() {}
    }

    static class Members {
        final String made;
        int alpha = 1;
        int mike = 2;

        Members() {
            made = "nothing";
        }

        Members(int number) {
            made = "number " + number;
        }

        Members(String text) {
            made = "text " + text;
        }

        String alpha() {
            return "alpha";
        }

        String bravo(int a) {
            return "bravo " + a;
        }

        String bravo(long a) {
            return "bravo long " + a;
        }

        static String echo() {
            return "echo";
        }

        String golf() {
            return "golf";
        }

        private String mike() {
            return "mike";
        }

        String november() {
            return "november";
        }
    }

    /** As generated code has it: nobody holds the class but the JVM. */
    static final class Key {
        private final int id;

        Key(int id) {
            this.id = id;
        }

        @Override
        public int hashCode() {
            return Objects.hash(getClass(), id);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && key.id == id;
        }
    }

    private Reflection() {}

    private static Object call(Method method) throws ReflectiveOperationException {
        method.setAccessible(true);
        Object[] values = method.getParameterCount() == 0 ? new Object[0] : method.getParameterTypes()[0] == int.class ? new Object[] {3} : new Object[] {4L};
        return method.invoke(new Members(), values);
    }

    public static void main(String[] arguments) throws Exception {
        new Before().golf();
        List<Method> methods = new ArrayList<>(List.of(Members.class.getDeclaredMethods()));
        methods.sort(Comparator.comparing(Method::toString));
        Constructor<Members> one = Members.class.getDeclaredConstructor(int.class);
        Constructor<Members> other = Members.class.getDeclaredConstructor(String.class);
        Field alpha = Members.class.getDeclaredField("alpha");
        Field mike = Members.class.getDeclaredField("mike");
        Map<Key, Integer> keys = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            keys.put(new Key(i), i);
        }
        int hash = Key.class.hashCode();
        for (int i = 0; i < 40; i++) {
            Pace.step();
            StringBuilder line = new StringBuilder();
            for (Method method : methods) {
                line.append(method.getName()).append('=').append(call(method)).append(' ');
            }
            Members members = new Members();
            line.append(one.newInstance(i).made).append(", ").append(other.newInstance("t").made).append(", ").append(alpha.getInt(members)).append(mike.getInt(members));
            System.out.println(line.append(", key ").append(keys.get(new Key(i))).append(hash == Key.class.hashCode()));
        }
    }
}
