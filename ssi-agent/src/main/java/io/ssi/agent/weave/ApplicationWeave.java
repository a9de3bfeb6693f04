package io.ssi.agent.weave;

/**
 * Polls before jumps backwards, at the entry of methods that call themselves and as the first thing that a thread does with a monitor it
 * has just entered, the entry of run methods and, where asked for, an empty class initialiser
 * and the program's own System.nanoTime.
 */
final class ApplicationWeave {
    /** What becomes of the class initialiser: has run already, or has failed already. */
    enum Initialiser { OWN, EMPTY, FAILING }

    private final String name;
    private final ClassScan scan;
    private final ClassPatch patch;
    private final Weaver.LeftAlone leftAlone;

    private ApplicationWeave(String name, ClassScan scan, Weaver.LeftAlone leftAlone) {
        this.name = name;
        this.scan = scan;
        this.patch = new ClassPatch(scan);
        this.leftAlone = leftAlone;
    }

    /** Null if the class stays as it is. */
    static byte[] weave(String name, ClassScan scan, boolean run, Initialiser initialiser, boolean clock, Weaver.LeftAlone leftAlone) {
        ApplicationWeave weave = new ApplicationWeave(name, scan, leftAlone);
        if (clock) {
            weave.patch.clock();
        }
        return weave.weave(run, initialiser);
    }

    private byte[] weave(boolean run, Initialiser initialiser) {
        byte[] poll = scan.polled == null ? null : patch.call("java/lang/SsiHook", "poll", "()V");
        byte[] entering = run ? patch.call("java/lang/SsiEntry", "entering", "(Ljava/lang/Object;)Z") : null;
        for (int method = 0; method < scan.count(); method++) {
            if (scan.codes[method] == 0) {
                continue;
            }
            if (initialiser != Initialiser.OWN && scan.isMethod(method, "<clinit>", "()V")) {
                patch.code(method, initialiser == Initialiser.EMPTY ? CodeSplice.empty(scan, method) : CodeSplice.failing(scan, method));
                continue;
            }
            byte[] entry = run && scan.isRun(method) ? entering : null;
            boolean polled = scan.polled != null && scan.polled[method];
            boolean done = !polled || splice(method, poll, entry);
            if (!done) {
                leftAlone.record(name, "method " + scan.describe(method)
                        + " would have more than 65535 bytes of code with polls, or a jump over more than 32767; it cannot stop for a"
                        + " move inside its loops, nor when it waits to enter a monitor");
            }
            if (entry != null && !(polled && done)) {
                splice(method, null, entry);
            }
        }
        if (!patch.isChanged()) {
            return null;
        }
        if (!patch.fits()) {
            leftAlone.record(name, "its constant pool would have " + patch.constantCount() + " entries, more than 65535");
            return null;
        }
        return patch.toBytes();
    }

    /** Polls if there is a call for them, and the entry. False if that does not fit. */
    private boolean splice(int method, byte[] poll, byte[] entry) {
        CodeSplice splice = new CodeSplice(scan, patch, method);
        if (poll != null) {
            polls(splice, method, poll);
        }
        if (entry != null) {
            splice.leaveIf(entry);
        }
        ByteSink code = splice.result();
        if (code != null) {
            patch.code(method, code);
        }
        return code != null;
    }

    private void polls(CodeSplice splice, int method, byte[] poll) {
        if (scan.pollsAtEntry(method)) {
            splice.enter(poll);
        }
        int start = scan.codeStart(method);
        int end = start + scan.codeLength(method);
        boolean entered = false;
        for (int position = start; position < end; position = scan.next(start, position)) {
            // Not right behind monitorenter: the handler that gives the monitor free covers the code from the next instruction on,
            // and must cover the poll.
            if (entered || scan.jumpsBack(start, position)) {
                splice.before(position, poll);
            }
            entered = scan.entersMonitor(position);
        }
    }
}
