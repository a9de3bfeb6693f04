package io.ssi.core;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * Gives a parser inputs that are nearly right: samples that are cut, flipped, stretched, repeated, spliced, and with numbers at
 * their limits. It must read them or refuse them as it says, take no memory that an input does not pay for, and come to an end.
 *
 * <p>{@code -Dssi.fuzz.millis} is the time for each target; a failure names its seed, which {@code -Dssi.fuzz.seed} repeats alone.
 * The seeds are 1, 2, ..., with {@code -Dssi.fuzz.random=true} (the nightly run) others each time.
 */
public final class Fuzz {
    /** What a parser may allocate for any input at all, and for each of its bytes. */
    private static final long BASE_BYTES_MAX = 16L << 20;
    private static final long BYTES_PER_BYTE_MAX = 512;
    private static final int SHOWN_MAX = 2000;
    private static final int CHANGES_MAX = 4;
    private static final int STRETCH_MAX = 300;
    private static final long[] NUMBERS = {0, 1, -1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE,
        Long.MIN_VALUE};
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** The parser, with whatever has to hold for what it read. */
    public interface Target {
        void read(byte[] input) throws Exception;
    }

    private Fuzz() {}

    /**
     * @param samples inputs that the target reads
     * @param refusal true for what it may throw at bad input
     */
    public static void run(List<byte[]> samples, Predicate<Throwable> refusal, Target target) {
        for (byte[] sample : samples) {
            try {
                target.read(sample.clone());
            } catch (Exception e) {
                throw new AssertionError("a sample is refused", e);
            }
        }
        Long only = Long.getLong("ssi.fuzz.seed");
        if (only != null) {
            once(only, samples, refusal, target);
            return;
        }
        long end = System.nanoTime() + Long.getLong("ssi.fuzz.millis", 1000) * 1_000_000;
        for (long seed = Boolean.getBoolean("ssi.fuzz.random") ? System.currentTimeMillis() << 20 : 1; System.nanoTime() < end; seed++) {
            once(seed, samples, refusal, target);
        }
    }

    private static void once(long seed, List<byte[]> samples, Predicate<Throwable> refusal, Target target) {
        byte[] input = damaged(new SplittableRandom(seed), samples);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        Throwable thrown = null;
        try {
            target.read(input.clone());
        } catch (Exception | StackOverflowError | OutOfMemoryError | AssertionError e) {
            thrown = e;
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        if (thrown != null && !refusal.test(thrown)) {
            throw new AssertionError("-Dssi.fuzz.seed=" + seed + ": " + thrown + " at " + shown(input), thrown);
        }
        if (allocated > BASE_BYTES_MAX + BYTES_PER_BYTE_MAX * input.length) {
            throw new AssertionError("-Dssi.fuzz.seed=" + seed + ": " + allocated + " bytes allocated at " + shown(input));
        }
    }

    private static String shown(byte[] input) {
        return input.length + " bytes " + HexFormat.of().formatHex(input, 0, Math.min(SHOWN_MAX, input.length));
    }

    private static byte[] damaged(SplittableRandom random, List<byte[]> samples) {
        byte[] input = samples.get(random.nextInt(samples.size())).clone();
        for (int left = 1 + random.nextInt(CHANGES_MAX); left > 0; left--) {
            input = changed(random, input, samples.get(random.nextInt(samples.size())));
        }
        return input;
    }

    private static byte[] changed(SplittableRandom random, byte[] input, byte[] other) {
        int at = random.nextInt(input.length + 1);
        int length = random.nextInt(Math.min(STRETCH_MAX, input.length - at) + 1);
        switch (random.nextInt(9)) {
            case 0 -> {
                return Arrays.copyOf(input, at);
            }
            case 1 -> {
                return joined(input, at, random(random, random.nextInt(STRETCH_MAX)), at); // more of it
            }
            case 2 -> {
                return joined(input, at, new byte[0], at + length); // less of it
            }
            case 3 -> {
                return joined(input, at, Arrays.copyOfRange(input, at, at + length), at); // twice
            }
            case 4 -> {
                return joined(other, random.nextInt(other.length + 1), input, other.length); // of another
            }
            case 5, 6 -> {
                return number(random, input, at);
            }
            default -> {
                byte[] flipped = input.clone();
                if (at < flipped.length) {
                    flipped[at] ^= (byte) (1 << random.nextInt(8));
                }
                return flipped;
            }
        }
    }

    /** A number of 1, 2, 4 or 8 bytes at its limit, of either byte order. */
    private static byte[] number(SplittableRandom random, byte[] input, int at) {
        byte[] changed = input.clone();
        long value = NUMBERS[random.nextInt(NUMBERS.length)];
        int width = 1 << random.nextInt(4);
        boolean little = random.nextBoolean();
        for (int i = 0; i < width && at + i < changed.length; i++) {
            changed[at + i] = (byte) (value >> 8 * (little ? i : width - 1 - i));
        }
        return changed;
    }

    private static byte[] random(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** The beginning of one, something, and the rest of one from a place. */
    private static byte[] joined(byte[] one, int until, byte[] middle, int from) {
        byte[] all = new byte[until + middle.length + one.length - from];
        System.arraycopy(one, 0, all, 0, until);
        System.arraycopy(middle, 0, all, until, middle.length);
        System.arraycopy(one, from, all, until + middle.length, one.length - from);
        return all;
    }
}
