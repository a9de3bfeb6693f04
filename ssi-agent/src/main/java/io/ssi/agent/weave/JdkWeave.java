package io.ssi.agent.weave;

import io.ssi.agent.rule.JdkRules;
import io.ssi.agent.rule.Rule;
import io.ssi.agent.rule.Rule.Action;

/** Applies the rules of one JDK class; a class that is not as its rule says is an IllegalStateException. */
final class JdkWeave {
    private static final int ALOAD_0 = 42;
    private static final int LLOAD_1 = 31;
    private static final int LLOAD = 22;
    private static final int LSTORE = 55;
    /** From xload to xstore of the same type. */
    private static final int STORE = 33;
    /** Slots that all hook calls get by with, beside what the method has. */
    private static final int STACK_MIN = 4;

    /** In Object.wait(long), for the time: behind all its locals in every JDK 25; checked. */
    private static final int TIME_SLOT = 8;
    private static final int TIME_STACK = 5;

    private final ClassScan scan;
    private final ClassPatch patch;

    private JdkWeave(ClassScan scan) {
        this.scan = scan;
        this.patch = new ClassPatch(scan);
    }

    static byte[] weave(String owner, byte[] bytes, boolean landing) {
        JdkWeave weave = new JdkWeave(ClassScan.of(bytes));
        weave.apply(JdkRules.table(), owner);
        if (landing) {
            weave.apply(JdkRules.landing(), owner);
            if (JdkRules.isClocked(owner) && !weave.patch.clock()) {
                throw new IllegalStateException(owner.replace('/', '.') + " of this JDK is not as expected: it does not ask System.nanoTime");
            }
        }
        return weave.patch.toBytes();
    }

    private void apply(Rule[] rules, String owner) {
        for (Rule rule : rules) {
            if (rule.owner().equals(owner)) {
                apply(rule);
            }
        }
    }

    private void apply(Rule rule) {
        for (int method = 0; method < scan.count(); method++) {
            if (scan.isMethod(method, rule.method(), rule.descriptor())) {
                CodeSplice splice = new CodeSplice(scan, patch, method);
                weave(splice, rule, method);
                ByteSink code = splice.result();
                if (code == null) {
                    throw unexpected(rule, "it is too long");
                }
                patch.code(method, code);
                return;
            }
        }
        throw unexpected(rule, "there is no such method");
    }

    private static IllegalStateException unexpected(Rule rule, String what) {
        return new IllegalStateException(rule.owner().replace('/', '.') + "." + rule.method() + rule.descriptor()
                + " of this JDK is not as expected: " + what);
    }

    private void weave(CodeSplice splice, Rule rule, int method) {
        byte[] hook = patch.call(rule.hookOwner(), rule.hook(), rule.hookDescriptor());
        splice.needs(Math.max(splice.stack() + 1, STACK_MIN), 0);
        Action action = rule.action();
        if (action == Action.LEAVE_IF) {
            splice.leaveIf(hook);
        } else if (action == Action.TIME_WAIT) {
            timeWait(splice, rule, method, hook);
        } else if (action == Action.AT_ENTRY) {
            splice.enter(entry(rule, hook));
        } else if (action == Action.MAP_ARGUMENT) {
            splice.enter(mapArgument(rule, scan.isStatic(method) ? 0 : 1, hook));
        } else {
            eachInstruction(splice, rule, method, hook);
        }
    }

    private void eachInstruction(CodeSplice splice, Rule rule, int method, byte[] hook) {
        boolean withThis = rule.action() == Action.MAP_RESULT ? Descriptors.hasTwo(rule.hookDescriptor())
                : rule.action() == Action.AT_RETURN && rule.hookDescriptor().charAt(1) != ')';
        byte[] atReturn = withThis ? new ByteSink(4).u1(ALOAD_0).put(hook).toBytes() : hook;
        int start = scan.codeStart(method);
        int end = start + scan.codeLength(method);
        boolean found = false;
        for (int position = start; position < end; position = scan.next(start, position)) {
            if (rule.action() == Action.REPLACE_CALL) {
                if (isCall(position, rule.target())) {
                    splice.replace(position, hook);
                    found = true;
                }
            } else if (scan.isReturn(position)) {
                splice.before(position, atReturn);
                found = true;
            }
        }
        if (!found) {
            throw unexpected(rule, rule.action() == Action.REPLACE_CALL ? "it has no call of " + rule.target() : "it has no return");
        }
    }

    /**
     * In Object.wait(long): reads the time before wait0 and hands it to the hook behind it. There are two calls of wait0; the
     * one inside the try block is for virtual threads and stays as it is.
     */
    private void timeWait(CodeSplice splice, Rule rule, int method, byte[] hook) {
        byte[] before = new ByteSink(8).u1(ALOAD_0).put(patch.call(rule.hookOwner(), "waiting", "(Ljava/lang/Object;)J"))
                .u1(LSTORE).u1(TIME_SLOT).toBytes();
        byte[] after = new ByteSink(8).u1(ALOAD_0).u1(LLOAD_1).u1(LLOAD).u1(TIME_SLOT).put(hook).toBytes();
        int timed = 0;
        int start = scan.codeStart(method);
        int end = start + scan.codeLength(method);
        for (int position = start; position < end; position = scan.next(start, position)) {
            if (scan.isCall(position, "java/lang/Object", "wait0", "(J)V") && !splice.isGuarded(position)) {
                splice.before(position, before);
                splice.after(position, after);
                timed++;
            }
        }
        if (timed != 1 || splice.locals() > TIME_SLOT) {
            throw unexpected(rule, timed + " calls of wait0 to time, " + splice.locals() + " locals");
        }
        splice.needs(TIME_STACK, TIME_SLOT + 2);
    }

    /** @param target owner, name and descriptor as {@link Rule#target} has them */
    private boolean isCall(int position, String target) {
        int dot = target.indexOf('.');
        int bracket = target.indexOf('(');
        return scan.isCall(position, target.substring(0, dot), target.substring(dot + 1, bracket), target.substring(bracket));
    }

    /** Loads this (or, of a static method, nothing) and the arguments as the hook takes them. */
    private static byte[] entry(Rule rule, byte[] hook) {
        ByteSink code = new ByteSink(16);
        String types = rule.hookDescriptor();
        int slot = 0;
        for (int at = 1; types.charAt(at) != ')'; at = Descriptors.next(types, at)) {
            code.u1(Descriptors.load(types.charAt(at))).u1(slot);
            slot += Descriptors.slots(types.charAt(at));
        }
        return code.put(hook).toBytes();
    }

    private static byte[] mapArgument(Rule rule, int firstSlot, byte[] hook) {
        String types = rule.descriptor();
        String mapped = rule.hookDescriptor();
        String wanted = mapped.substring(1, Descriptors.next(mapped, 1));
        int slot = firstSlot;
        for (int at = 1; types.charAt(at) != ')'; at = Descriptors.next(types, at)) {
            int load = Descriptors.load(types.charAt(at));
            if (types.startsWith(wanted, at)) {
                return new ByteSink(8).u1(load).u1(slot).put(hook).u1(load + STORE).u1(slot).toBytes();
            }
            slot += Descriptors.slots(types.charAt(at));
        }
        throw unexpected(rule, "it has no argument of type " + wanted);
    }
}
