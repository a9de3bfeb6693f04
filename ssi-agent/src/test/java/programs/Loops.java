package programs;

import java.util.Arrays;

/** Busy loops with every primitive type in locals and on the operand stack, and arrays of every kind. */
public final class Loops {
    private Loops() {}

    private static int collatz(int from) {
        int steps = 0;
        for (long n = from; n != 1; n = (n & 1) == 0 ? n / 2 : 3 * n + 1) {
            steps++;
        }
        return steps;
    }

    private static double harmonic(float scale, short count, byte step, char letter, boolean up) {
        double sum = letter;
        for (short i = 1; i < count; i += step) {
            sum += scale * (up ? 1.0 / i : -1.0 / i) + collatz(i) % 3;
        }
        return sum;
    }

    private static long mixed(int seed) {
        int i = seed;
        long l = seed * 31L;
        float f = seed / 3f;
        double d = seed / 7.0;
        byte b = (byte) seed;
        short s = (short) (seed * 5);
        char c = (char) ('a' + seed % 26);
        boolean odd = (seed & 1) == 1;
        for (int k = 1; k < 40; k++) {
            i += collatz(k + (i & 7)) * (odd ? 2 : 3);
            l = l * 6364136223846793005L + 1442695040888963407L + collatz(k) * (long) i;
            f = f * 0.5f + collatz(k);
            d = Math.sqrt(d * d + collatz(k + 1)) + harmonic(f, (short) 9, (byte) 2, c, odd);
            b ^= (byte) (l >>> 56);
            s += b;
            c = (char) ('a' + (c - 'a' + (s & 15)) % 26);
            odd = !odd;
        }
        return i + l + Float.floatToIntBits(f) + Double.doubleToLongBits(d) + b + s + c + (odd ? 1 : 0);
    }

    private static String sieve(int limit) {
        boolean[] composite = new boolean[limit];
        int count = 0;
        int last = 0;
        for (int i = 2; i < limit; i++) {
            if (!composite[i]) {
                count++;
                last = i;
                for (long k = (long) i * i; k < limit; k += i) {
                    composite[(int) k] = true;
                }
            }
        }
        return count + " primes, the last " + last;
    }

    private static String arrays(int n) {
        byte[] bytes = new byte[n];
        short[] shorts = new short[n];
        char[] chars = new char[n];
        int[] ints = new int[n];
        long[] longs = new long[n];
        float[] floats = new float[n];
        double[] doubles = new double[n];
        int[][][] deep = new int[4][5][n / 1000];
        Object[] objects = new Object[n];
        for (int i = 0; i < n; i++) {
            ints[i] = i * 2654435 ^ i >>> 3;
            bytes[i] = (byte) ints[i];
            shorts[i] = (short) ints[i];
            chars[i] = (char) ints[i];
            longs[i] = (long) ints[i] << i % 31;
            floats[i] = ints[i] / 3f;
            doubles[i] = longs[i] / 7.0;
            deep[i % 4][i % 5][i % (n / 1000)] += ints[i];
            objects[i] = i % 3 == 0 ? objects : i % 3 == 1 ? ints : null;
        }
        int self = 0;
        for (Object each : objects) {
            self += each == objects ? 1 : each == ints ? 2 : 0;
        }
        return Arrays.hashCode(bytes) + " " + Arrays.hashCode(shorts) + " " + Arrays.hashCode(chars) + " " + Arrays.hashCode(ints)
                + " " + Arrays.hashCode(longs) + " " + Arrays.hashCode(floats) + " " + Arrays.hashCode(doubles) + " "
                + Arrays.deepHashCode(deep) + " " + self;
    }

    public static void main(String[] arguments) {
        for (int part = 1; part <= 4; part++) {
            long sum = 0;
            String primes = "";
            String arrays = "";
            for (int round = 0; round < Pace.ROUNDS; round++) {
                sum = 0;
                for (int i = 0; i < 60; i++) {
                    sum += mixed(part * 1000 + i) ^ (sum << 1);
                }
                primes = sieve(300_000 * part);
                arrays = arrays(100_000);
            }
            System.out.println(part + ": " + sum + ", " + primes + ", " + arrays);
        }
    }
}
