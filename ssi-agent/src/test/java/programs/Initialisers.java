package programs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Moves while classes are initialised and others wait for that, and classes whose initialisers have failed: none runs twice. */
public final class Initialisers {
    private static final List<String> LOG = Collections.synchronizedList(new ArrayList<>());
    private static int runs;

    private Initialisers() {}

    private static final class Slow {
        static final int VALUE;

        static {
            LOG.add("slow");
            Pace.step();
            VALUE = Slower.VALUE + 1;
            Pace.step();
        }
    }

    private static final class Slower {
        static final int VALUE = slowly();

        private static int slowly() {
            LOG.add("slower");
            for (int i = 0; i < 3; i++) {
                Pace.step();
            }
            return 41;
        }
    }

    private static class Failing {
        static int value = count();

        private static int count() {
            runs++;
            Pace.step();
            throw new IllegalStateException("on purpose");
        }
    }

    /** Cannot be initialised because its superclass cannot. */
    private static final class Below extends Failing {
        static final String NAME = "below".concat("");
    }

    private static final class Wrong {
        static final Object VALUE = cast("text");

        private static Object cast(Object text) {
            runs++;
            return (Integer) text;
        }
    }

    private interface Use {
        Object run();
    }

    private static void fails(String name, Use use) {
        try {
            System.out.println(name + " has " + use.run());
        } catch (LinkageError e) {
            Throwable cause = e.getCause();
            System.out.println(name + " " + e.getClass().getName() + " " + e.getMessage() + ", because of "
                    + (cause == null ? null : cause.getClass().getName() + " " + cause.getMessage().lines().findFirst().orElse("")
                    + " in " + cause.getStackTrace()[0].getMethodName()));
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        List<Thread> users = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Thread user = new Thread(() -> LOG.add("value " + Slow.VALUE));
            users.add(user);
            user.start();
        }
        Pace.step();
        for (Thread user : users) {
            user.join();
        }
        System.out.println(LOG);
        for (int i = 0; i < 6; i++) {
            Pace.step();
        }
        for (int i = 0; i < 4; i++) {
            fails("failing", () -> Failing.value);
            Pace.step();
            fails("below", () -> Below.NAME);
            fails("wrong", () -> Wrong.VALUE);
            Pace.step();
        }
        System.out.println(runs);
    }
}
