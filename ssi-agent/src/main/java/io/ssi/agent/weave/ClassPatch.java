package io.ssi.agent.weave;

/** A class file with constants added and the Code of some methods replaced, and maybe with another clock; everything else is copied as it is. */
final class ClassPatch {
    private static final int CONSTANTS_MAX = 0xffff;
    private static final int UTF8 = 1;
    private static final int CLASS = 7;
    private static final int METHOD = 10;
    private static final int NAME_AND_TYPE = 12;
    private static final int CAPACITY = 512;

    private final ClassScan scan;
    private final ByteSink added = new ByteSink(CAPACITY);
    private int constants;
    /** By method; null where it stays as it is. */
    private final ByteSink[] codes;
    /** Where constants of methods name their class: instead they name another, {@link #clock}. */
    private final ByteSink redirected = new ByteSink(8);
    private int clock;
    private boolean changed;

    ClassPatch(ClassScan scan) {
        this.scan = scan;
        this.constants = scan.constantCount();
        this.codes = new ByteSink[scan.count()];
    }

    int utf8(String ascii) {
        added.u1(UTF8).u2(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            added.u1(ascii.charAt(i));
        }
        return constants++;
    }

    /** An instruction that calls this static method of a class. */
    byte[] call(String owner, String name, String descriptor) {
        int ownerName = utf8(owner);
        added.u1(CLASS).u2(ownerName);
        int type = constants++;
        int methodName = utf8(name);
        int methodType = utf8(descriptor);
        added.u1(NAME_AND_TYPE).u2(methodName).u2(methodType);
        int nameAndType = constants++;
        added.u1(METHOD).u2(type).u2(nameAndType);
        int method = constants++;
        return new byte[] {(byte) ClassScan.INVOKESTATIC, (byte) (method >> 8), (byte) method};
    }

    /** Every call and handle of System.nanoTime becomes one of SsiClock; false if there is none. */
    boolean clock() {
        for (int i = 1; i < scan.constantCount(); i++) {
            if (scan.isNanoTime(i)) {
                if (clock == 0) {
                    int name = utf8("java/lang/SsiClock");
                    added.u1(CLASS).u2(name);
                    clock = constants++;
                }
                redirected.u4(scan.constant(i));
                changed = true;
            }
        }
        return clock != 0;
    }

    /** Once for a method. @param attribute a whole Code attribute */
    void code(int method, ByteSink attribute) {
        if (codes[method] != null) {
            throw new IllegalStateException("method " + scan.describe(method) + " is woven twice");
        }
        codes[method] = attribute;
        changed = true;
    }

    boolean isChanged() {
        return changed;
    }

    /** More than 65535 are too many. */
    int constantCount() {
        return constants;
    }

    boolean fits() {
        return constants <= CONSTANTS_MAX;
    }

    byte[] toBytes() {
        byte[] bytes = scan.bytes;
        ByteSink out = new ByteSink(bytes.length + bytes.length / 8 + CAPACITY);
        out.put(bytes, 0, 8).u2(constants).put(bytes, 10, scan.constantsEnd).put(added);
        for (int i = 0; i < redirected.size(); i += 4) {
            out.set2(redirected.get4(i), clock); // in front of all that was added
        }
        int copied = scan.constantsEnd;
        for (int i = 0; i < codes.length; i++) {
            if (codes[i] != null) {
                int start = scan.codes[i];
                out.put(bytes, copied, start).put(codes[i]);
                copied = start + 6 + scan.u4(start + 2);
            }
        }
        return out.put(bytes, copied, bytes.length).toBytes();
    }
}
