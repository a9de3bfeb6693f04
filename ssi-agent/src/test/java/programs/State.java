package programs;

import java.security.MessageDigest;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TimeZone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import java.util.random.RandomGenerator;

/** What a program sets up in the JDK's own state, and objects of the JDK that are the same everywhere. */
public final class State {
    private static final int NODES = 3_000_000;

    private State() {}

    private static final class Own extends Provider {
        private static final long serialVersionUID = 1;

        Own() {
            super("Own", "1.5", "a provider of the program's");
            put("MessageDigest.OWN", Digest.class.getName());
            put("Alg.Alias.MessageDigest.MINE", "OWN");
        }
    }

    /** Counts bytes. */
    public static final class Digest extends java.security.MessageDigestSpi {
        private int count;

        @Override
        protected void engineUpdate(byte input) {
            count++;
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {
            count += length;
        }

        @Override
        protected byte[] engineDigest() {
            return new byte[] {(byte) count};
        }

        @Override
        protected void engineReset() {
            count = 0;
        }
    }

    private static final class Lines extends Handler {
        private final StringBuilder lines = new StringBuilder();

        @Override
        public void publish(LogRecord record) {
            if (isLoggable(record)) {
                lines.append(record.getLoggerName()).append(' ').append(record.getLevel()).append(' ').append(record.getMessage()).append(';');
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static final class Plain extends Formatter {
        @Override
        public String format(LogRecord record) {
            return record.getLevel() + " " + formatMessage(record) + "\n";
        }
    }

    private static void randoms() {
        Random random = new Random(5);
        SplittableRandom split = new SplittableRandom(7);
        RandomGenerator other = RandomGenerator.of("Xoshiro256PlusPlus");
        random.nextGaussian();
        SecureRandom secure = new SecureRandom();
        byte[] bytes = new byte[8];
        secure.nextBytes(bytes);
        Pace.step();
        secure.nextBytes(bytes);
        int fair = ThreadLocalRandom.current().nextInt(3, 4);
        System.out.println(random.nextGaussian() + " " + random.nextInt() + " " + split.nextLong() + " " + split.split().nextInt() + " "
                + other.getClass().getSimpleName() + " " + (other.nextInt(2, 3)) + " " + secure.getAlgorithm() + " " + secure.getProvider()
                + " " + fair + " " + (new SecureRandom().getProvider() == secure.getProvider()));
    }

    private static void providers() throws Exception {
        int before = Security.getProviders().length;
        Security.addProvider(new Own());
        Security.setProperty("own.property", "set");
        MessageDigest known = MessageDigest.getInstance("SHA-256");
        MessageDigest own = MessageDigest.getInstance("MINE");
        known.update((byte) 1);
        own.update((byte) 1);
        Pace.step();
        System.out.println((Security.getProviders().length - before) + " " + Security.getProvider("Own").getInfo() + " "
                + Security.getProperty("own.property") + " " + own.digest(new byte[4])[0] + " " + known.digest(new byte[4])[0] + " "
                + MessageDigest.getInstance("OWN").getProvider() + " " + MessageDigest.getInstance("SHA-512").getProvider().getName());
        Security.removeProvider("Own");
        System.out.println(Security.getProvider("Own"));
    }

    private static void loggers() {
        Logger parent = Logger.getLogger("own");
        Logger logger = Logger.getLogger("own.child");
        Lines lines = new Lines();
        StreamHandler out = new StreamHandler(System.out, new Plain());
        out.setLevel(Level.FINE);
        lines.setLevel(Level.FINEST);
        parent.addHandler(lines);
        parent.addHandler(out);
        parent.setUseParentHandlers(false);
        parent.setLevel(Level.FINER);
        Logger.getGlobal().setLevel(Level.SEVERE);
        logger.finer("before");
        logger.finest("never");
        Pace.step();
        logger.log(Level.FINE, "after {0}", 1);
        logger.finest("never");
        Logger again = Logger.getLogger("own.child");
        again.warning("again");
        out.flush();
        System.out.println(lines.lines + " " + (again == logger) + " " + (again.getParent() == parent) + " " + parent.getHandlers().length + " "
                + Logger.getGlobal().getLevel() + " " + (LogManager.getLogManager().getLogger("own") == parent) + " "
                + (parent.getParent() == Logger.getLogger("")));
    }

    private static void defaults() {
        Locale.setDefault(Locale.forLanguageTag("de-CH"));
        Locale.setDefault(Locale.Category.FORMAT, Locale.FRANCE);
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kolkata"));
        System.setProperty("own.key", "own value");
        System.clearProperty("user.country");
        Properties properties = System.getProperties();
        String home = System.getenv("PATH");
        Pace.step();
        System.out.println(Locale.getDefault() + " " + Locale.getDefault(Locale.Category.FORMAT) + " " + TimeZone.getDefault().getID() + " "
                + String.format("%,.2f", 1234.5) + " " + System.getProperty("own.key") + " " + System.getProperty("user.country") + " "
                + (System.getProperties() == properties) + " " + home.equals(System.getenv("PATH")) + " " + java.time.ZoneId.systemDefault());
    }

    private enum Colour { RED, GREEN, BLUE }

    private static String name(Colour colour) {
        return switch (colour) {
            case RED -> "r";
            case GREEN -> "g";
            case BLUE -> "b";
        };
    }

    private static void counters() throws Exception {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            try (ExecutorService pool = Executors.newFixedThreadPool(1)) {
                names.append(pool.submit(() -> Thread.currentThread().getName()).get()).append(' ').append(new Thread().getName()).append(' ');
            }
            Pace.step();
        }
        System.out.println(names);
    }

    private static void constants() {
        Integer small = 100;
        Integer large = 1000;
        Object[] boxes = {small, large, 'x', 5L, (short) 7, (byte) -3, true};
        Map<Colour, Integer> map = new EnumMap<>(Colour.class);
        map.put(Colour.BLUE, 1);
        EnumSet<TimeUnit> units = EnumSet.of(TimeUnit.DAYS, TimeUnit.SECONDS);
        String interned = ("in" + map.size() + "terned").intern();
        StringBuilder text = new StringBuilder(name(Colour.RED));
        Pace.step();
        map.put(Colour.RED, 2);
        text.append(name(Colour.BLUE)).append(name(map.keySet().iterator().next()));
        System.out.println((small == Integer.valueOf(100)) + " " + (boxes[1] == large) + " " + (boxes[2] == (Object) 'x') + " "
                + (boxes[3] == (Object) 5L) + " " + (boxes[4] == (Object) (short) 7) + " " + (boxes[5] == (Object) (byte) -3) + " "
                + (boxes[6] == Boolean.TRUE) + " " + map + " " + units + " " + (interned == "in1terned".intern()) + " " + text + " "
                + map.containsKey(Colour.valueOf("BLUE")) + " " + (Colour.values()[1] == Colour.GREEN));
    }

    private static final class Node {
        private final int value;
        private final Node next;

        Node(int value, Node next) {
            this.value = value;
            this.next = next;
        }
    }

    private static void large() {
        long[] numbers = new long[4_000_000];
        byte[][] many = new byte[1000][];
        for (int i = 0; i < numbers.length; i += 1000) {
            numbers[i] = i;
            many[i / 4000] = new byte[i / 4000];
        }
        Node list = null;
        for (int i = 0; i < NODES; i++) {
            list = new Node(i, list);
        }
        Pace.step();
        long sum = 0;
        for (Node node = list; node != null; node = node.next) {
            sum += node.value;
        }
        for (long number : numbers) {
            sum += number;
        }
        System.out.println(sum + " " + many[999].length + " " + numbers.length);
    }

    private static void threads() throws InterruptedException {
        InheritableThreadLocal<StringBuilder> inherited = new InheritableThreadLocal<>() {
            @Override
            protected StringBuilder childValue(StringBuilder parent) {
                return new StringBuilder(parent).append(" child");
            }
        };
        inherited.set(new StringBuilder("parent"));
        ThreadGroup group = new ThreadGroup("outer");
        ThreadGroup inner = new ThreadGroup(group, "inner");
        inner.setMaxPriority(4);
        StringBuffer seen = new StringBuffer();
        Thread thread = new Thread(inner, () -> {
            Pace.step();
            seen.append(inherited.get()).append(' ').append(Thread.currentThread().getPriority());
            Thread grandChild = new Thread(() -> seen.append(' ').append(inherited.get()));
            grandChild.start();
            try {
                grandChild.join();
            } catch (InterruptedException e) {
                seen.append(e);
            }
            throw new IllegalStateException("in the group");
        }, "member");
        thread.setPriority(9);
        thread.setUncaughtExceptionHandler(null);
        Thread.setDefaultUncaughtExceptionHandler((t, e) -> seen.append(' ').append(t.getName()).append(' ').append(e.getMessage()));
        thread.start();
        Thread[] members = new Thread[4];
        Pace.step();
        int count = group.enumerate(members, true);
        thread.join();
        System.out.println(seen + " " + (count <= 1) + " " + inner.getParent().getName() + " " + inner.getMaxPriority() + " " + group.activeCount());
    }

    public static void main(String[] arguments) throws Exception {
        StringBuffer atEnd = new StringBuffer("hook");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println(atEnd), "hook"));
        Thread removed = new Thread(() -> System.out.println("removed"));
        Runtime.getRuntime().addShutdownHook(removed);
        randoms();
        providers();
        loggers();
        counters();
        defaults();
        constants();
        large();
        threads();
        System.out.println(Runtime.getRuntime().removeShutdownHook(removed));
        atEnd.append(" at the end");
    }
}
