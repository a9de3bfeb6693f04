package io.ssi.core.cluster.raft;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;

/** A disk that forgets: a crash keeps what was forced and a random, possibly garbled, part of what was not. */
final class MemoryDisk implements JournalFile {
    private byte[] forced = new byte[0];
    private final ByteArrayOutputStream tail = new ByteArrayOutputStream();

    void crash(SplittableRandom random) {
        byte[] unforced = tail.toByteArray();
        tail.reset();
        int kept = unforced.length == 0 ? 0 : random.nextInt(unforced.length);
        byte[] part = Arrays.copyOf(unforced, kept);
        if (kept > 0 && random.nextInt(3) == 0) {
            part[random.nextInt(kept)] ^= 0x40;
        }
        forced = join(forced, part);
    }

    byte[] bytes() {
        return join(forced, tail.toByteArray());
    }

    void set(byte[] bytes) {
        forced = bytes.clone();
        tail.reset();
    }

    private static byte[] join(byte[] one, byte[] other) {
        byte[] all = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, all, one.length, other.length);
        return all;
    }

    @Override
    public byte[] read() {
        return bytes();
    }

    @Override
    public void truncate(long length) {
        set(Arrays.copyOf(bytes(), (int) length));
    }

    @Override
    public void append(byte[] bytes) {
        tail.writeBytes(bytes);
    }

    @Override
    public void force() {
        forced = bytes();
        tail.reset();
    }

    @Override
    public void replace(byte[] bytes) {
        set(bytes);
    }

    @Override
    public void close() {
        // Nothing is open.
    }

    @Override
    public String toString() {
        return "the journal in memory";
    }
}
