package io.ssi.agent.weave;

/**
 * Finds the methods that may come to themselves again without any jump backwards: over calls inside their class, over its lambdas, or over
 * methods that are named like some of its own (the nodes of a tree). Recursion that takes another way over several classes is not found.
 */
final class Cycles {
    private static final int INVOKEVIRTUAL = 182;
    private static final int INVOKEINTERFACE = 185;
    private static final int INVOKEDYNAMIC = 186;
    private static final int METHOD_HANDLE = 15;

    private final ClassScan scan;
    /** Methods of the class, and behind them one node for all its lambdas. */
    private final int nodes;
    /** By node: who is called, filled up to {@link #counts}. */
    private final int[][] callees;
    private final int[] counts;
    /** By constant of a name and type: the method, plus 1; -1 for none; 0 while nobody asked. */
    private int[] methodOf;

    private Cycles(ClassScan scan) {
        this.scan = scan;
        this.nodes = scan.count() + 1;
        this.callees = new int[nodes][];
        this.counts = new int[nodes];
    }

    /** By method; null if there is none. */
    static boolean[] of(ClassScan scan) {
        return new Cycles(scan).find();
    }

    private boolean[] find() {
        boolean any = false;
        for (int method = 0; method < nodes - 1; method++) {
            any |= scan.codes[method] != 0 && calls(method);
        }
        if (!any) {
            return null;
        }
        if (counts[nodes - 1] < 0) {
            counts[nodes - 1] = 0;
            lambdas();
        }
        boolean[] left = cycles();
        any = false;
        for (int method = 0; method < nodes - 1; method++) {
            left[method] &= scan.codes[method] != 0 && !scan.isInitialiser(method);
            any |= left[method];
        }
        return any ? left : null;
    }

    /** True if it calls a method that may be of the class. */
    private boolean calls(int method) {
        int start = scan.codeStart(method);
        int end = start + scan.codeLength(method);
        for (int position = start; position < end; position = scan.next(start, position)) {
            int opcode = scan.bytes[position] & 0xff;
            if (opcode == INVOKEDYNAMIC) {
                add(method, nodes - 1);
                if (counts[nodes - 1] == 0) {
                    counts[nodes - 1] = -1; // to be filled
                }
            } else if (opcode >= INVOKEVIRTUAL && opcode <= INVOKEINTERFACE) {
                int reference = scan.constant(scan.u2(position + 1));
                // A virtual call may come to an object of this class whatever class it names.
                if (opcode == INVOKEVIRTUAL || opcode == INVOKEINTERFACE || scan.isThis(scan.u2(reference))) {
                    int callee = method(scan.u2(reference + 2));
                    if (callee >= 0) {
                        add(method, callee);
                    }
                }
            }
        }
        return counts[method] > 0;
    }

    private void lambdas() {
        for (int i = 1; i < scan.constantCount(); i++) {
            int at = scan.constant(i);
            if (at != 0 && scan.bytes[at - 1] == METHOD_HANDLE) {
                int reference = scan.constant(scan.u2(at + 1));
                int callee = scan.isThis(scan.u2(reference)) ? method(scan.u2(reference + 2)) : -1;
                if (callee >= 0) {
                    add(nodes - 1, callee);
                }
            }
        }
    }

    private int method(int nameAndType) {
        if (methodOf == null) {
            methodOf = new int[scan.constantCount()];
        }
        if (methodOf[nameAndType] == 0) {
            methodOf[nameAndType] = -1;
            for (int method = 0; method < nodes - 1; method++) {
                if (isNamed(method, nameAndType)) {
                    methodOf[nameAndType] = method + 1;
                    break;
                }
            }
        }
        return methodOf[nameAndType] > 0 ? methodOf[nameAndType] - 1 : -1;
    }

    /** By the numbers of the constants: compilers have each text once. */
    private boolean isNamed(int method, int nameAndType) {
        int at = scan.constant(nameAndType);
        return scan.u2(scan.methods[method] + 2) == scan.u2(at) && scan.u2(scan.methods[method] + 4) == scan.u2(at + 2);
    }

    private void add(int caller, int callee) {
        int[] known = callees[caller];
        int count = counts[caller];
        if (known == null) {
            known = new int[4];
            callees[caller] = known;
        } else if (count > 0 && known[count - 1] == callee) {
            return;
        } else if (count == known.length) {
            known = java.util.Arrays.copyOf(known, count * 2);
            callees[caller] = known;
        }
        known[count] = callee;
        counts[caller] = count + 1;
    }

    /** What is left when all are taken away that call none of the rest, then all that none of the rest calls: cycles, and ways from one to another. */
    private boolean[] cycles() {
        boolean[] left = new boolean[nodes];
        java.util.Arrays.fill(left, true);
        boolean changed = true;
        while (changed) {
            changed = false;
            for (int node = 0; node < nodes; node++) {
                if (left[node] && !callsOneOf(left, node)) {
                    left[node] = false;
                    changed = true;
                }
            }
        }
        changed = true;
        while (changed) {
            boolean[] called = new boolean[nodes];
            for (int node = 0; node < nodes; node++) {
                for (int i = 0; left[node] && i < counts[node]; i++) {
                    called[callees[node][i]] = true;
                }
            }
            changed = false;
            for (int node = 0; node < nodes; node++) {
                changed |= left[node] && !called[node];
                left[node] &= called[node];
            }
        }
        return left;
    }

    private boolean callsOneOf(boolean[] left, int node) {
        for (int i = 0; i < counts[node]; i++) {
            if (left[callees[node][i]]) {
                return true;
            }
        }
        return false;
    }
}
