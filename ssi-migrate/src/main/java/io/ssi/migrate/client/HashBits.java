package io.ssi.migrate.client;

import jdk.internal.misc.Unsafe;

/**
 * The identity hash code in an object's mark word. Its place is found by trying (it differs with compact headers) and every
 * write is checked, so a JVM with another layout is an error and not a broken program.
 */
final class HashBits {
    private static final Unsafe U = Unsafe.getUnsafe();
    private static final int HASH_MASK = 0x7FFF_FFFF;
    private static final int LOCK_MASK = 3;
    private static final int UNLOCKED = 1;
    private static final int TRIES = 8;

    private final int shift;
    private final int mask;

    HashBits() {
        int found = -1;
        for (int candidate = 2; candidate < 34; candidate++) {
            if (matches(candidate)) {
                found = candidate;
                break;
            }
        }
        if (found < 0) {
            throw Jdk.failed("identity hash in the object header", null);
        }
        shift = found;
        mask = HASH_MASK;
    }

    private static boolean matches(int shift) {
        for (int i = 0; i < TRIES; i++) {
            Object probe = new Object();
            int hash = System.identityHashCode(probe);
            if ((int) (U.getLong(probe, 0L) >>> shift & HASH_MASK) != hash) {
                return false;
            }
        }
        return true;
    }

    /** The hash the object has; 0 if none was asked for yet. */
    int get(Object object) {
        long mark = U.getLong(object, 0L);
        return (mark & LOCK_MASK) == UNLOCKED ? (int) (mark >>> shift & mask) : System.identityHashCode(object);
    }

    /** Gives an object without hash this one; false if it has one already, or its header is in other use. */
    boolean set(Object object, int hash) {
        long mark = U.getLong(object, 0L);
        if ((mark & LOCK_MASK) != UNLOCKED || (mark >>> shift & mask) != 0) {
            return false;
        }
        return U.compareAndSetLong(object, 0L, mark, mark | (long) hash << shift);
    }
}
