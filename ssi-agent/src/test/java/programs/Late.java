package programs;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.text.SimpleDateFormat;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Date;
import java.util.Locale;
import java.util.Random;
import java.util.TimeZone;
import java.util.UUID;
import java.util.regex.Pattern;

/** Classes loaded and initialised one after the other, so that most are new to the JVM a move has brought the program to. */
public final class Late {
    private static final class First {
        static final long MADE = count();
        static int uses;

        static String use() {
            return "first " + MADE + " " + ++uses;
        }
    }

    private static final class Second {
        static final Object LOCK = new Object();
        static String text = First.use() + " by second";

        static String use() {
            synchronized (LOCK) {
                Pace.step();
                return text;
            }
        }
    }

    private static final class Broken {
        static final int VALUE = Integer.parseInt("no number");

        static int use() {
            return VALUE;
        }
    }

    private interface Speaker {
        String speak(int times) throws Exception;
    }

    private static long counted;

    private static long count() {
        Pace.step();
        return ++counted;
    }

    private static String broken() {
        try {
            return "" + Broken.use();
        } catch (ExceptionInInitializerError e) {
            return "error " + e.getCause().getClass().getSimpleName();
        } catch (NoClassDefFoundError e) {
            return "gone";
        }
    }

    private static String reflection(int i) throws Exception {
        Class<?> type = Class.forName("programs.Late$Second");
        Method use = type.getDeclaredMethod("use");
        InvocationHandler handler = (proxy, method, arguments) -> {
            Pace.step();
            return method.getName() + arguments[0] + use.invoke(null);
        };
        Speaker speaker = (Speaker) Proxy.newProxyInstance(Late.class.getClassLoader(), new Class<?>[] {Speaker.class}, handler);
        return speaker.speak(i);
    }

    public static void main(String[] arguments) throws Exception {
        Random random = new Random(7);
        BigInteger big = BigInteger.ONE;
        SimpleDateFormat format = null;
        Pattern pattern = Pattern.compile("(\\w+) (?<n>[0-9]+)");
        for (int i = 0; i < 16; i++) {
            Pace.step();
            big = big.multiply(BigInteger.valueOf(random.nextInt(1000) + 1));
            String line = i + " " + big + " " + pattern.matcher("word " + i).replaceAll("${n}-$1");
            if (i > 2) {
                line += " " + First.use();
            }
            if (i > 4) {
                line += " " + Second.use();
            }
            if (i == 7) {
                line += " " + broken();
            }
            if (i > 7) {
                line += " " + reflection(i);
            }
            if (i > 9) {
                line += " " + LocalDate.of(2024, 2, 28).plusDays(i) + " " + Duration.ofSeconds(i * 100L) + " "
                        + new BigDecimal(big).scale() + " " + String.format(Locale.ROOT, "%05.2f|%x", i / 3.0, i);
            }
            if (i > 11) {
                if (format == null) {
                    format = new SimpleDateFormat("yyyy-MM-dd EEE", Locale.ENGLISH);
                    format.setTimeZone(TimeZone.getTimeZone("UTC"));
                }
                line += " " + format.format(new Date(i * 100_000_000_000L)) + " " + new UUID(i, random.nextLong());
            }
            System.out.println(line);
        }
    }
}
