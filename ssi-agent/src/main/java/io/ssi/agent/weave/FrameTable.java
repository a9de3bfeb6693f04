package io.ssi.agent.weave;

/** A StackMapTable whose frames move with the code (JVM specification 4.7.4). */
final class FrameTable {
    private static final int SAME_MAX = 63;
    private static final int SAME_ONE = 64;
    private static final int SAME_ONE_MAX = 127;
    private static final int SAME_ONE_FAR = 247;
    private static final int SAME_FAR = 251;
    private static final int FULL = 255;
    private static final int OBJECT = 7;
    private static final int UNINITIALISED = 8;

    private final ClassScan scan;
    private final int[] places;
    private final byte[][] before;
    private ByteSink out;
    private int at;

    FrameTable(ClassScan scan, int[] places, byte[][] before) {
        this.scan = scan;
        this.places = places;
        this.before = before;
    }

    /**
     * @param attribute position of the table
     * @param first where a frame like that of the method's start comes first; -1 for none
     */
    void write(int attribute, int first, ByteSink to) {
        out = to;
        int sizeAt = out.size() + 2;
        int count = scan.u2(attribute + 6);
        out.put(scan.bytes, attribute, attribute + 6).u2(first < 0 ? count : count + 1);
        if (first >= 0) {
            out.u1(first);
        }
        int place = first;
        int pc = -1;
        at = attribute + 8;
        for (int i = 0; i < count; i++) {
            int type = scan.bytes[at++] & 0xff;
            int delta = type <= SAME_MAX ? type : type <= SAME_ONE_MAX ? type - SAME_ONE : scan.u2(at);
            if (type > SAME_ONE_MAX) {
                at += 2;
            }
            pc += delta + 1;
            frame(type, places[pc] - place - 1);
            place = places[pc];
        }
        out.set4(sizeAt, out.size() - sizeAt - 4);
    }

    private void frame(int type, int delta) {
        if (type <= SAME_MAX || type == SAME_FAR) {
            if (delta <= SAME_MAX) {
                out.u1(delta);
            } else {
                out.u1(SAME_FAR).u2(delta);
            }
        } else if (type <= SAME_ONE_FAR) {
            if (delta <= SAME_MAX) {
                out.u1(SAME_ONE + delta);
            } else {
                out.u1(SAME_ONE_FAR).u2(delta);
            }
            types(1);
        } else {
            out.u1(type).u2(delta);
            if (type == FULL) {
                counted();
                counted();
            } else if (type > SAME_FAR) {
                types(type - SAME_FAR);
            }
        }
    }

    private void counted() {
        int count = scan.u2(at);
        out.u2(count);
        at += 2;
        types(count);
    }

    private void types(int count) {
        for (int i = 0; i < count; i++) {
            int type = scan.bytes[at++];
            out.u1(type);
            if (type == OBJECT) {
                out.put(scan.bytes, at, at + 2);
                at += 2;
            } else if (type == UNINITIALISED) {
                // Means the instruction itself, not what was put before it.
                int pc = scan.u2(at);
                out.u2(places[pc] + (before[pc] == null ? 0 : before[pc].length));
                at += 2;
            }
        }
    }
}
