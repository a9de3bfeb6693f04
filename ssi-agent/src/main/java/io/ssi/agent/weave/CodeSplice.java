package io.ssi.agent.weave;

/**
 * One method's code with instructions put in, and everything that names places in it moved along. Attributes of the code that
 * no JVM reads (type annotations of instructions) are left out, since they name places too.
 */
final class CodeSplice {
    private static final int CODE_BYTES_MAX = 0xffff;
    /** Length of a Code attribute with one instruction of one byte. */
    private static final int CODE_MIN = 19;
    private static final int NOP = 0;
    private static final int ACONST_NULL = 1;
    private static final int ATHROW = 191;
    private static final int ALOAD_0 = 42;
    private static final int IFEQ = 153;
    private static final int RETURN = 177;
    private static final int FRAMES_SINCE = 50;

    private final ClassScan scan;
    private final ClassPatch patch;
    private final byte[] bytes;
    private final int attribute;
    private final int start;
    private final int length;
    /** Where each instruction is in the new code, together with what is put before it: what jumps and tables mean. */
    private final int[] places;
    private final byte[][] before;
    private final byte[][] after;
    private final byte[][] instead;
    /** In front of everything; a jump to the first instruction does not pass it. */
    private byte[] entry = {};
    private boolean entryJumps;
    private int stackMin;
    private int localsMin;

    CodeSplice(ClassScan scan, ClassPatch patch, int method) {
        this.scan = scan;
        this.patch = patch;
        this.bytes = scan.bytes;
        this.attribute = scan.codes[method];
        this.start = scan.codeStart(method);
        this.length = scan.codeLength(method);
        this.places = new int[length + 1];
        this.before = new byte[length][];
        this.after = new byte[length][];
        this.instead = new byte[length][];
    }

    /** A Code attribute that only returns. */
    static ByteSink empty(ClassScan scan, int method) {
        int attribute = scan.codes[method];
        return new ByteSink(CODE_MIN).put(scan.bytes, attribute, attribute + 2).u4(CODE_MIN - 6).u2(0).u2(0).u4(1).u1(RETURN).u2(0).u2(0);
    }

    /** The whole Code attribute of a method that throws a NullPointerException. */
    static ByteSink failing(ClassScan scan, int method) {
        int attribute = scan.codes[method];
        return new ByteSink(CODE_MIN).put(scan.bytes, attribute, attribute + 2).u4(CODE_MIN - 5).u2(1).u2(0).u4(2).u1(ACONST_NULL).u1(ATHROW).u2(0).u2(0);
    }

    // ---- what is put in; positions as ClassScan has them

    void enter(byte[] instructions) {
        entry = instructions;
    }

    /** At the entry of a void method, behind what else is there: returns if the call, of a method that takes this, answers true. */
    void leaveIf(byte[] call) {
        // Ends with an instruction of its own: the body may begin with a frame, and two cannot be at one place.
        entry = new ByteSink(16).put(entry).u1(ALOAD_0).put(call).u1(IFEQ).u2(4).u1(RETURN).u1(NOP).toBytes();
        entryJumps = true;
        needs(1, 0);
    }

    void before(int position, byte[] instructions) {
        before[position - start] = instructions;
    }

    /** Jumps to the next instruction do not pass it. */
    void after(int position, byte[] instructions) {
        after[position - start] = instructions;
    }

    /** Of the same length. */
    void replace(int position, byte[] instruction) {
        instead[position - start] = instruction;
    }

    /** Slots of the operand stack and of the locals. */
    void needs(int stack, int locals) {
        stackMin = Math.max(stackMin, stack);
        localsMin = Math.max(localsMin, locals);
    }

    int stack() {
        return scan.u2(attribute + 6);
    }

    int locals() {
        return scan.u2(attribute + 8);
    }

    /** Some exception table entry is about the instruction. */
    boolean isGuarded(int position) {
        int pc = position - start;
        int table = start + length;
        for (int i = 0; i < scan.u2(table); i++) {
            int entryAt = table + 2 + 8 * i;
            if (pc >= scan.u2(entryAt) && pc < scan.u2(entryAt + 2)) {
                return true;
            }
        }
        return false;
    }

    // ---- the result

    /** The whole Code attribute; null if it would be longer than a method may be, or have a jump that is too wide. */
    ByteSink result() {
        if (layOut() > CODE_BYTES_MAX) {
            return null;
        }
        ByteSink out = new ByteSink(2 * length + 512);
        out.put(bytes, attribute, attribute + 2).u4(0).u2(Math.max(stack(), stackMin)).u2(Math.max(locals(), localsMin))
                .u4(places[length]);
        int codeAt = out.size();
        if (!instructions(out, codeAt)) {
            return null;
        }
        int at = start + length;
        int guards = scan.u2(at);
        out.u2(guards);
        at += 2;
        for (int i = 0; i < guards; i++) {
            out.u2(place(at)).u2(place(at + 2)).u2(place(at + 4)).put(bytes, at + 6, at + 8);
            at += 8;
        }
        attributes(at, out);
        out.set4(2, out.size() - 6);
        return out;
    }

    /** Length of the new code. */
    private int layOut() {
        int place = entry.length;
        int position = start;
        int end = start + length;
        while (position < end) {
            int pc = position - start;
            places[pc] = place;
            place += length(before[pc]);
            int next = scan.next(start, position);
            int opcode = bytes[position] & 0xff;
            if (opcode == ClassScan.TABLESWITCH || opcode == ClassScan.LOOKUPSWITCH) {
                // The opcode, then padding by where it comes to stand.
                place += 4 - (place & 3) + next - ClassScan.operands(start, position);
            } else {
                place += next - position;
            }
            place += length(after[pc]);
            position = next;
        }
        places[length] = place;
        return place;
    }

    private boolean instructions(ByteSink out, int codeAt) {
        out.put(entry);
        int end = start + length;
        for (int position = start; position < end;) {
            int pc = position - start;
            if (before[pc] != null) {
                out.put(before[pc]);
            }
            int next = scan.next(start, position);
            int from = out.size() - codeAt;
            int opcode = bytes[position] & 0xff;
            if (instead[pc] != null) {
                out.put(instead[pc]);
            } else if (ClassScan.isJump(opcode)) {
                int distance = places[pc + (short) scan.u2(position + 1)] - from;
                if (distance != (short) distance) {
                    return false;
                }
                out.u1(opcode).u2(distance);
            } else if (opcode == ClassScan.GOTO_W || opcode == ClassScan.JSR_W) {
                out.u1(opcode).u4(places[pc + scan.u4(position + 1)] - from);
            } else if (opcode == ClassScan.TABLESWITCH || opcode == ClassScan.LOOKUPSWITCH) {
                jumpTable(position, from, out);
            } else {
                out.put(bytes, position, next);
            }
            if (after[pc] != null) {
                out.put(after[pc]);
            }
            position = next;
        }
        return true;
    }

    private void jumpTable(int position, int from, ByteSink out) {
        int pc = position - start;
        boolean table = (bytes[position] & 0xff) == ClassScan.TABLESWITCH;
        int at = ClassScan.operands(start, position);
        int targets = scan.targets(at, table);
        out.u1(bytes[position]);
        for (int i = 3 - (from & 3); i > 0; i--) {
            out.u1(0);
        }
        out.u4(places[pc + scan.u4(at)] - from).put(bytes, at + 4, table ? at + 12 : at + 8);
        at += table ? 12 : 8;
        for (int i = 0; i < targets; i++) {
            if (!table) {
                out.put(bytes, at, at + 4);
                at += 4;
            }
            out.u4(places[pc + scan.u4(at)] - from);
            at += 4;
        }
    }

    /** Where the instruction has come to that these two bytes name. */
    private int place(int at) {
        return places[scan.u2(at)];
    }

    private void attributes(int from, ByteSink out) {
        int at = from;
        int count = scan.u2(at);
        int countAt = out.size();
        int kept = 0;
        boolean framed = !entryJumps || scan.version < FRAMES_SINCE;
        out.u2(0);
        at += 2;
        for (int i = 0; i < count; i++) {
            int name = scan.u2(at);
            int size = scan.u4(at + 2);
            if (scan.isName(name, "LineNumberTable")) {
                lines(at, out);
                kept++;
            } else if (scan.isName(name, "LocalVariableTable") || scan.isName(name, "LocalVariableTypeTable")) {
                variables(at, out);
                kept++;
            } else if (scan.isName(name, "StackMapTable")) {
                new FrameTable(scan, places, before).write(at, frameOfEntry(), out);
                framed = true;
                kept++;
            }
            at += 6 + size;
        }
        if (!framed) {
            out.u2(patch.utf8("StackMapTable")).u4(3).u2(1).u1(frameOfEntry());
            kept++;
        }
        out.set2(countAt, kept);
    }

    /** Where the entry needs a frame like that of the method's start; -1 if nowhere. */
    private int frameOfEntry() {
        return entryJumps && scan.version >= FRAMES_SINCE ? entry.length - 1 : -1;
    }

    private void lines(int attributeAt, ByteSink out) {
        out.put(bytes, attributeAt, attributeAt + 8);
        int count = scan.u2(attributeAt + 6);
        for (int i = 0; i < count; i++) {
            int at = attributeAt + 8 + 4 * i;
            out.u2(place(at)).put(bytes, at + 2, at + 4);
        }
    }

    private void variables(int attributeAt, ByteSink out) {
        out.put(bytes, attributeAt, attributeAt + 8);
        int count = scan.u2(attributeAt + 6);
        for (int i = 0; i < count; i++) {
            int at = attributeAt + 8 + 10 * i;
            int first = place(at);
            out.u2(first).u2(places[scan.u2(at) + scan.u2(at + 2)] - first).put(bytes, at + 4, at + 10);
        }
    }

    private static int length(byte[] instructions) {
        return instructions == null ? 0 : instructions.length;
    }
}
