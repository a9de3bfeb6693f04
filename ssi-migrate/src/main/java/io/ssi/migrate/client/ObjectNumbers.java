package io.ssi.migrate.client;

/**
 * Numbers objects 1, 2, 3 ... An object without identity hash gets its number as hash, so that looking it up again is one
 * header read; one that has a hash already goes through an open-addressed table. Objects of a program that is rolled back
 * keep the hash they were given: any value is as good for an object that was never asked.
 */
final class ObjectNumbers {
    private final HashBits bits;
    private final Blocks.OfObjects objects = new Blocks.OfObjects();
    private int count;
    private int[] table = new int[1 << 12];
    private int inTable;
    private int lastHash;

    ObjectNumbers(HashBits bits) {
        this.bits = bits;
    }

    int count() {
        return count;
    }

    Object object(int number) {
        return objects.get(number);
    }

    /** The number of the object, or 0 minus its new number when it is seen for the first time. */
    int number(Object object) {
        int hash = bits.get(object);
        if (hash == 0) {
            int next = add(object);
            if (bits.set(object, next)) {
                lastHash = 0;
                return -next;
            }
            count--;
            hash = System.identityHashCode(object);
        } else if (hash <= count && objects.get(hash) == object) {
            return hash;
        }
        return lookUp(object, hash);
    }

    /** Identity hash that the object reported last by {@link #number} as new had before; 0 for none. */
    int hashOfNew() {
        return lastHash;
    }

    /** The identity hash that the program may know; 0 if there is none, or none but a number of these. */
    int hash(Object object) {
        int hash = bits.get(object);
        return hash <= count && hash > 0 && objects.get(hash) == object ? 0 : hash;
    }

    private int add(Object object) {
        objects.set(++count, object);
        return count;
    }

    private int lookUp(Object object, int hash) {
        int i = spread(hash);
        for (int n; (n = table[i]) != 0; i = i + 1 & table.length - 1) {
            if (objects.get(n) == object) {
                return n;
            }
        }
        table[i] = add(object);
        if (++inTable * 2 > table.length) {
            grow();
        }
        lastHash = hash;
        return -count;
    }

    private int spread(int hash) {
        return hash * 0x9E37_79B9 >>> 7 & table.length - 1;
    }

    private void grow() {
        int[] old = table;
        table = new int[old.length * 2];
        for (int n : old) {
            if (n != 0) {
                int i = spread(bits.get(objects.get(n)));
                while (table[i] != 0) {
                    i = i + 1 & table.length - 1;
                }
                table[i] = n;
            }
        }
    }
}
