package io.ssi.agent.weave;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/**
 * What a class file has that could need weaving, found without ASM: most classes of a small program have no loop, and loading
 * ASM for them would be felt at every start. Walks the class file once and keeps no reference to it.
 */
final class ClassScan {
    private static final int CODE_NAME_LENGTH = 4;
    private static final int ACC_STATIC = 0x0008;
    private static final int ACC_NATIVE_ABSTRACT = 0x0500;

    private static final int TABLESWITCH = 170;
    private static final int LOOKUPSWITCH = 171;
    private static final int WIDE = 196;
    private static final int IINC = 132;
    private static final int GOTO_W = 200;
    private static final int JSR_W = 201;
    private static final int OPCODE_MAX = 201;

    /** Length of each instruction by opcode, as digits; 0 for the three of variable length. */
    private static final String LENGTHS =
            // 0-24: constants, bipush 2, sipush 3, ldc 2, ldc_w 3 3, iload.. 2
            "1111111111111111" + "2323322222"
            // 26-53: xload_n, xaload
            + "1111111111111111111111111111"
            // 54-58 xstore
            + "22222"
            // 59-131: xstore_n, xastore, stack, arithmetic
            + "1111111111111111111111111111111111111111111111111111111111111111111111111"
            // 132 iinc, 133-152 conversions and comparisons
            + "3" + "11111111111111111111"
            // 153-168 if.., goto, jsr
            + "3333333333333333"
            // 169 ret, 170 tableswitch, 171 lookupswitch, 172-177 returns
            + "200" + "111111"
            // 178-184 fields, invokes; 185, 186 of five bytes; 187 new, 188 newarray, 189 anewarray
            + "3333333" + "55" + "323"
            // 190, 191; 192, 193 checkcast, instanceof; 194, 195 monitors; 196 wide, 197 multianewarray
            + "11" + "33" + "11" + "04"
            // 198, 199 ifnull..; 200, 201 wide jumps
            + "33" + "55";

    private final byte[] bytes;
    private int at;
    private int[] constants;

    /** Major version of the class file. */
    int version;
    /** Internal name of the superclass; null only for Object itself and for modules. */
    String superName;
    /** By method, in class file order: has a jump backwards. Null if no method has one. */
    boolean[] loops;
    /** There is a non-static {@code void run()} with code. */
    boolean hasRun;
    boolean hasClassInitialiser;
    private final ArrayList<String> leftAlone = new ArrayList<>(0);

    private ClassScan(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws RuntimeException of any kind if the bytes are no class file this can read */
    static ClassScan of(byte[] bytes) {
        ClassScan scan = new ClassScan(bytes);
        scan.scan();
        return scan;
    }

    /** From now on the method counts as one without loop. False if it did already. */
    boolean leaveAlone(String method, String descriptor) {
        return !isLeftAlone(method, descriptor) && leftAlone.add(method + descriptor);
    }

    boolean isLeftAlone(String method, String descriptor) {
        return !leftAlone.isEmpty() && leftAlone.contains(method + descriptor);
    }

    private void scan() {
        version = u2(6);
        at = 8;
        readConstants();
        int superIndex = u2(at + 4);
        superName = superIndex == 0 ? null : utf8(u2(constants[superIndex]));
        at += 6;
        at += 2 + 2 * u2(at);
        int fields = u2(at);
        at += 2;
        for (int i = 0; i < fields; i++) {
            at += 6;
            skipAttributes();
        }
        int methods = u2(at);
        at += 2;
        for (int i = 0; i < methods; i++) {
            readMethod(i, methods);
        }
    }

    private void readConstants() {
        int count = u2(at);
        at += 2;
        constants = new int[count];
        for (int i = 1; i < count; i++) {
            int tag = bytes[at++];
            constants[i] = at;
            switch (tag) {
                case 1 -> at += 2 + u2(at);
                case 3, 4, 9, 10, 11, 12, 17, 18 -> at += 4;
                case 5, 6 -> {
                    at += 8;
                    i++;
                }
                case 7, 8, 16, 19, 20 -> at += 2;
                case 15 -> at += 3;
                default -> throw new IllegalArgumentException("constant tag " + tag);
            }
        }
    }

    private void readMethod(int index, int methods) {
        int access = u2(at);
        int name = constants[u2(at + 2)];
        int descriptor = constants[u2(at + 4)];
        at += 6;
        boolean hasCode = (access & ACC_NATIVE_ABSTRACT) == 0;
        if (hasCode && isUtf8(name, "run") && (access & ACC_STATIC) == 0 && isUtf8(descriptor, "()V")) {
            hasRun = true;
        }
        hasClassInitialiser |= isUtf8(name, "<clinit>");
        int attributes = u2(at);
        at += 2;
        for (int i = 0; i < attributes; i++) {
            int attribute = constants[u2(at)];
            int length = u4(at + 2);
            at += 6;
            if (u2(attribute) == CODE_NAME_LENGTH && isUtf8(attribute, "Code") && jumpsBack(at + 8, u4(at + 4))) {
                if (loops == null) {
                    loops = new boolean[methods];
                }
                loops[index] = true;
            }
            at += length;
        }
    }

    private void skipAttributes() {
        int attributes = u2(at);
        at += 2;
        for (int i = 0; i < attributes; i++) {
            at += 6 + u4(at + 2);
        }
    }

    private boolean jumpsBack(int start, int length) {
        int end = start + length;
        int pc = start;
        while (pc < end) {
            int opcode = bytes[pc] & 0xff;
            if (opcode > OPCODE_MAX) {
                throw new IllegalArgumentException("opcode " + opcode);
            }
            if (opcode >= 153 && opcode <= 168 || opcode == 198 || opcode == 199) {
                if ((short) u2(pc + 1) <= 0) {
                    return true;
                }
                pc += 3;
            } else if (opcode == GOTO_W || opcode == JSR_W) {
                if (u4(pc + 1) <= 0) {
                    return true;
                }
                pc += 5;
            } else if (opcode == TABLESWITCH || opcode == LOOKUPSWITCH) {
                pc = endOfSwitch(start, pc);
                if (pc < 0) {
                    return true;
                }
            } else if (opcode == WIDE) {
                pc += (bytes[pc + 1] & 0xff) == IINC ? 6 : 4;
            } else {
                pc += LENGTHS.charAt(opcode) - '0';
            }
        }
        return false;
    }

    /** Where the switch ends; -1 if one of its targets is not ahead. */
    private int endOfSwitch(int start, int pc) {
        int padded = pc + 4 - ((pc - start) & 3);
        boolean table = (bytes[pc] & 0xff) == TABLESWITCH;
        int count = table ? u4(padded + 8) - u4(padded + 4) + 1 : u4(padded + 4);
        int first = padded + 12;
        int step = table ? 4 : 8;
        if (u4(padded) <= 0) {
            return -1;
        }
        for (int i = 0; i < count; i++) {
            if (u4(first + i * step) <= 0) {
                return -1;
            }
        }
        return table ? first + 4 * count : padded + 8 + 8 * count;
    }

    private boolean isUtf8(int position, String ascii) {
        if (u2(position) != ascii.length()) {
            return false;
        }
        for (int i = 0; i < ascii.length(); i++) {
            if (bytes[position + 2 + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private String utf8(int index) {
        int position = constants[index];
        return new String(bytes, position + 2, u2(position), StandardCharsets.UTF_8);
    }

    private int u2(int position) {
        return (bytes[position] & 0xff) << 8 | bytes[position + 1] & 0xff;
    }

    private int u4(int position) {
        return u2(position) << 16 | u2(position + 2);
    }
}
