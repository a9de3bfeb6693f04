package io.ssi.migrate.client;

import java.util.Arrays;

/**
 * Growing arrays, one element for each object of an image, in blocks: nothing is copied but the list of blocks, and no block is so large
 * that a collector treats it apart (G1 may begin to mark the whole heap for that, in the middle of a freeze).
 */
final class Blocks {
    private static final int SHIFT = 15;
    private static final int LENGTH = 1 << SHIFT;
    private static final int MASK = LENGTH - 1;
    private static final int FIRST = 64;

    private Blocks() {}

    private static boolean isMissing(Object[] blocks, int block) {
        return block >= blocks.length || blocks[block] == null;
    }

    /** The list with one more block, longer if it must be. */
    private static <B> B[] with(B[] blocks, int block, B added) {
        B[] longEnough = block < blocks.length ? blocks : Arrays.copyOf(blocks, block * 2);
        longEnough[block] = added;
        return longEnough;
    }

    static final class OfObjects {
        private Object[][] blocks = new Object[FIRST][];

        /** An index that was set before. */
        Object get(int index) {
            return blocks[index >>> SHIFT][index & MASK];
        }

        void set(int index, Object value) {
            int block = index >>> SHIFT;
            if (isMissing(blocks, block)) {
                blocks = with(blocks, block, new Object[LENGTH]);
            }
            blocks[block][index & MASK] = value;
        }
    }

    static final class OfInts {
        private int[][] blocks = new int[FIRST][];

        int get(int index) {
            return blocks[index >>> SHIFT][index & MASK];
        }

        void set(int index, int value) {
            int block = index >>> SHIFT;
            if (isMissing(blocks, block)) {
                blocks = with(blocks, block, new int[LENGTH]);
            }
            blocks[block][index & MASK] = value;
        }
    }

    static final class OfBytes {
        private byte[][] blocks = new byte[FIRST][];

        int get(int index) {
            return blocks[index >>> SHIFT][index & MASK];
        }

        void set(int index, int value) {
            int block = index >>> SHIFT;
            if (isMissing(blocks, block)) {
                blocks = with(blocks, block, new byte[LENGTH]);
            }
            blocks[block][index & MASK] = (byte) value;
        }
    }
}
