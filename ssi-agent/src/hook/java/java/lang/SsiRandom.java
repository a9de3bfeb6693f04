package java.lang;

import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Random;

/** A secure random generator that is made when the first number is asked for. */
public final class SsiRandom extends Random {
    private static final long serialVersionUID = 1;

    private transient SecureRandom made;

    private SsiRandom() {}

    /** In place of UnixDomainSockets.getRandom. */
    public static Random later() {
        return new SsiRandom();
    }

    @Override
    protected synchronized int next(int bits) {
        if (made == null) {
            made = secure();
        }
        return made.nextInt() >>> Integer.SIZE - bits;
    }

    /** As UnixDomainSockets makes it. */
    private static SecureRandom secure() {
        try {
            return SecureRandom.getInstance("NativePRNGNonBlocking");
        } catch (NoSuchAlgorithmException e) {
            return new SecureRandom();
        }
    }
}
