package io.ssi.agent.weave;

/** Where everything that weaving asks for is in a class file, found by one walk over it. */
final class ClassScan {
    static final int INVOKESTATIC = 184;
    static final int TABLESWITCH = 170;
    static final int LOOKUPSWITCH = 171;
    static final int GOTO_W = 200;
    static final int JSR_W = 201;
    private static final int JSR = 168;

    private static final int CODE_NAME_LENGTH = 4;
    private static final String NANO_TIME = "nanoTime";
    /** Tag of a constant. */
    private static final int METHOD = 10;
    /** From the start of a Code attribute to its instructions, bytes. */
    private static final int CODE_HEADER = 14;
    private static final int ACC_STATIC = 0x0008;
    private static final int ACC_SYNCHRONIZED = 0x0020;
    private static final int ACC_NATIVE_ABSTRACT = 0x0500;
    private static final int INVOKEVIRTUAL = 182;
    private static final int IRETURN = 172;
    private static final int RETURN = 177;
    private static final int MONITORENTER = 194;
    private static final int WIDE = 196;
    private static final int IINC = 132;
    private static final int OPCODE_MAX = 201;

    /** Length of each instruction by opcode; 0 for the three of variable length. */
    private static final byte[] LENGTHS = digits(
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
            + "33" + "55");

    final byte[] bytes;
    private int at;
    /** Behind the tag of each constant. */
    private int[] constants;
    /** Behind the last constant. */
    int constantsEnd;
    /** Start of each method, and behind the last. */
    int[] methods;
    /** Start of each method's Code attribute; 0 if it has none. */
    int[] codes;

    /** Major version of the class file. */
    int version;
    private int thisClass;
    /** Some constant has that name. */
    boolean namesNanoTime;
    /** False also for Object itself and for modules. */
    boolean extendsOther;
    /** By method, in class file order: jumps backwards, enters a monitor or is {@link #recursive}. Null if no method does. */
    boolean[] polled;
    /** After {@link #findRecursion}: may call itself without a jump backwards. Null if no method does. */
    boolean[] recursive;
    /** There is a non-static {@code void run()} with code. */
    boolean hasRun;
    boolean hasClassInitialiser;
    /** There are subroutines: jsr. */
    boolean hasSubroutines;

    private ClassScan(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws RuntimeException of any kind if the bytes are no class file this can read */
    static ClassScan of(byte[] bytes) {
        ClassScan scan = new ClassScan(bytes);
        scan.scan();
        return scan;
    }

    private void scan() {
        version = u2(6);
        at = 8;
        readConstants();
        thisClass = u2(at + 2);
        int superIndex = u2(at + 4);
        extendsOther = superIndex != 0 && !isUtf8(constants[u2(constants[superIndex])], "java/lang/Object");
        at += 6;
        at += 2 + 2 * u2(at);
        int fields = u2(at);
        at += 2;
        for (int i = 0; i < fields; i++) {
            at += 6;
            skipAttributes();
        }
        int count = u2(at);
        at += 2;
        methods = new int[count + 1];
        codes = new int[count];
        for (int i = 0; i < count; i++) {
            methods[i] = at;
            readMethod(i);
        }
        methods[count] = at;
    }

    private void readConstants() {
        int count = u2(at);
        at += 2;
        constants = new int[count];
        for (int i = 1; i < count; i++) {
            int tag = bytes[at++];
            constants[i] = at;
            switch (tag) {
                case 1 -> {
                    namesNanoTime |= u2(at) == 8 && isUtf8(at, NANO_TIME);
                    at += 2 + u2(at);
                }
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
        constantsEnd = at;
    }

    private void readMethod(int index) {
        hasRun |= isRun(index);
        hasClassInitialiser |= isMethod(index, "<clinit>", "()V");
        at += 6;
        int attributes = u2(at);
        at += 2;
        for (int i = 0; i < attributes; i++) {
            int attribute = constants[u2(at)];
            int length = u4(at + 2);
            at += 6;
            if (u2(attribute) == CODE_NAME_LENGTH && isUtf8(attribute, "Code")) {
                codes[index] = at - 6;
                if (needsPolls(index) | isSynchronized(index)) {
                    if (polled == null) {
                        polled = new boolean[codes.length];
                    }
                    polled[index] = true;
                }
            }
            at += length;
        }
    }

    /** Of a class of the program's: a method that calls itself polls at its entry, or a recursion without loops would not stop. */
    void findRecursion() {
        recursive = Cycles.of(this);
        if (recursive == null) {
            return;
        }
        if (polled == null) {
            polled = new boolean[codes.length];
        }
        for (int i = 0; i < polled.length; i++) {
            polled[i] |= recursive[i];
        }
    }

    private void skipAttributes() {
        int attributes = u2(at);
        at += 2;
        for (int i = 0; i < attributes; i++) {
            at += 6 + u4(at + 2);
        }
    }

    private boolean needsPolls(int method) {
        int start = codeStart(method);
        int end = start + codeLength(method);
        boolean polls = false;
        for (int pc = start; pc < end && !(polls && version >= Subroutines.FORBIDDEN); pc = next(start, pc)) {
            polls |= jumpsBack(start, pc) || entersMonitor(pc);
            hasSubroutines |= callsSubroutine(pc);
        }
        return polls;
    }

    // ---- methods

    int count() {
        return codes.length;
    }

    boolean isStatic(int method) {
        return (u2(methods[method]) & ACC_STATIC) != 0;
    }

    boolean isSynchronized(int method) {
        return (u2(methods[method]) & ACC_SYNCHRONIZED) != 0;
    }

    boolean isMethod(int method, String name, String descriptor) {
        return isUtf8(constants[u2(methods[method] + 2)], name) && isUtf8(constants[u2(methods[method] + 4)], descriptor);
    }

    /** Of objects or of the class. */
    boolean isInitialiser(int method) {
        return bytes[constants[u2(methods[method] + 2)] + 2] == '<';
    }

    boolean pollsAtEntry(int method) {
        return isSynchronized(method) || recursive != null && recursive[method];
    }

    /** A non-static {@code void run()} with code. */
    boolean isRun(int method) {
        return (u2(methods[method]) & (ACC_NATIVE_ABSTRACT | ACC_STATIC)) == 0 && isMethod(method, "run", "()V");
    }

    /** For messages. */
    String describe(int method) {
        return text(u2(methods[method] + 2)) + text(u2(methods[method] + 4));
    }

    int codeStart(int method) {
        return codes[method] + CODE_HEADER;
    }

    int codeLength(int method) {
        return u4(codes[method] + CODE_HEADER - 4);
    }

    // ---- instructions; start is the position of the method's first, all others are positions as well

    /** Where the instruction behind this one is. */
    int next(int start, int position) {
        int opcode = bytes[position] & 0xff;
        if (opcode > OPCODE_MAX) {
            throw new IllegalArgumentException("opcode " + opcode);
        }
        int length = LENGTHS[opcode];
        if (length != 0) {
            return position + length;
        }
        if (opcode == WIDE) {
            return position + ((bytes[position + 1] & 0xff) == IINC ? 6 : 4);
        }
        int first = operands(start, position);
        return first + (opcode == TABLESWITCH ? 12 + 4 * targets(first, true) : 8 + 8 * targets(first, false));
    }

    boolean jumpsBack(int start, int position) {
        int opcode = bytes[position] & 0xff;
        if (isJump(opcode)) {
            return (short) u2(position + 1) <= 0;
        }
        if (opcode == GOTO_W || opcode == JSR_W) {
            return u4(position + 1) <= 0;
        }
        if (opcode != TABLESWITCH && opcode != LOOKUPSWITCH) {
            return false;
        }
        int first = operands(start, position);
        boolean table = opcode == TABLESWITCH;
        boolean back = u4(first) <= 0;
        for (int i = targets(first, table) - 1; i >= 0; i--) {
            back |= u4(first + 12 + i * (table ? 4 : 8)) <= 0;
        }
        return back;
    }

    private boolean callsSubroutine(int position) {
        int opcode = bytes[position] & 0xff;
        return opcode == JSR || opcode == JSR_W;
    }

    boolean entersMonitor(int position) {
        return (bytes[position] & 0xff) == MONITORENTER;
    }

    /** One with a distance of 16 bits. */
    static boolean isJump(int opcode) {
        return opcode >= 153 && opcode <= 168 || opcode == 198 || opcode == 199;
    }

    boolean isReturn(int position) {
        int opcode = bytes[position] & 0xff;
        return opcode >= IRETURN && opcode <= RETURN;
    }

    /** The instruction calls this; an interface's method never counts. */
    boolean isCall(int position, String owner, String name, String descriptor) {
        int opcode = bytes[position] & 0xff;
        if (opcode < INVOKEVIRTUAL || opcode > INVOKESTATIC) {
            return false;
        }
        int method = constants[u2(position + 1)];
        int type = constants[u2(method + 2)];
        return isUtf8(constants[u2(type)], name) && isUtf8(constants[u2(type + 2)], descriptor)
                && isUtf8(constants[u2(constants[u2(method)])], owner);
    }

    /** Of a switch: where its first aligned operand is, the distance of the default. */
    static int operands(int start, int position) {
        return position + 4 - (position - start & 3);
    }

    /** Of a switch: how many targets it has beside the default. */
    int targets(int operands, boolean table) {
        return table ? u4(operands + 8) - u4(operands + 4) + 1 : u4(operands + 4);
    }

    // ---- constants

    int constantCount() {
        return constants.length;
    }

    /** Where the constant is, behind its tag; 0 for the second half of a long one. */
    int constant(int index) {
        return constants[index];
    }

    /** The constant stands for the method System.nanoTime. */
    boolean isNanoTime(int index) {
        int at = constants[index];
        if (!namesNanoTime || at == 0 || bytes[at - 1] != METHOD) {
            return false;
        }
        int type = constants[u2(at + 2)];
        return isUtf8(constants[u2(type)], NANO_TIME) && isUtf8(constants[u2(constants[u2(at)])], "java/lang/System");
    }

    boolean isThis(int classIndex) {
        return classIndex == thisClass;
    }

    boolean isName(int index, String ascii) {
        return isUtf8(constants[index], ascii);
    }

    private String text(int index) {
        int position = constants[index];
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < u2(position); i++) {
            text.append((char) (bytes[position + 2 + i] & 0xff));
        }
        return text.toString();
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

    private static byte[] digits(String text) {
        byte[] digits = new byte[text.length()];
        for (int i = 0; i < digits.length; i++) {
            digits[i] = (byte) (text.charAt(i) - '0');
        }
        return digits;
    }

    int u2(int position) {
        return (bytes[position] & 0xff) << 8 | bytes[position + 1] & 0xff;
    }

    int u4(int position) {
        return u2(position) << 16 | u2(position + 2);
    }
}
