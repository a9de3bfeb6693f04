package io.ssi.migrate.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.objectweb.asm.tree.analysis.AnalyzerException;

/**
 * Turns the frames the JVM shows into those that travel. Left out are what only passes a call on: lambda proxies, method
 * handle forms of a direct call or of reflection, and the mechanism of an earlier move. What cannot be entered again pins
 * the thread, most of it only until the frame returns.
 */
final class FrameFilter {
    private static final Set<String> PASSING_HOLDERS = Set.of("java.lang.invoke.DirectMethodHandle$Holder",
            "java.lang.invoke.Invokers$Holder", "java.lang.invoke.DelegatingMethodHandle$Holder");
    private static final String RESUME = "java.lang.SsiResume";
    private static final String ENTRY = "java.lang.SsiEntry";

    private final Positions positions;
    private final FrameCopies copies;
    private final LambdaRecipes lambdas;
    private final Constructors constructors;

    FrameFilter(Positions positions, Constructors constructors, FrameCopies copies, LambdaRecipes lambdas) {
        this.positions = positions;
        this.constructors = constructors;
        this.copies = copies;
        this.lambdas = lambdas;
    }

    /** Top first, as given. */
    List<FrameState> filter(Thread thread, List<RawFrame> raw) throws PinnedException {
        List<FrameState> states = new ArrayList<>(raw.size());
        for (int i = 0; i < raw.size(); i++) {
            RawFrame frame = raw.get(i);
            String type = frame.type().getName();
            if (type.equals(ENTRY)) {
                break; // below is only the thread's own entry, which the next JVM has too
            } else if (type.equals(RESUME)) {
                continue;
            }
            FrameCopies.Copy copy = copies.of(frame.type(), frame.method());
            if (copy != null) {
                states.add(ofCopy(thread, frame, copy));
            } else if (lambdas.factory(frame.type()) != null || isMethodHandlePassing(raw, i)) {
                markFactory(states);
            } else {
                states.add(ofOriginal(thread, frame));
            }
        }
        return states;
    }

    /** {@code Foo::new} and {@code Constructor.newInstance}: what passes the call on gives the object that its callee constructs. */
    private static void markFactory(List<FrameState> states) {
        int last = states.size() - 1;
        if (last >= 0 && states.get(last).method().equals("<init>")) {
            FrameState top = states.get(last);
            states.set(last, new FrameState(top.type(), top.method(), top.descriptor(), top.call(), true, top.values()));
        }
    }

    private boolean isMethodHandlePassing(List<RawFrame> raw, int i) {
        String type = raw.get(i).type().getName();
        if (PASSING_HOLDERS.contains(type) || type.startsWith("java.lang.invoke.LambdaForm$DMH")) {
            return true;
        }
        if (!type.startsWith("java.lang.invoke.LambdaForm$")) {
            return false;
        }
        for (int k = i + 1; k < raw.size(); k++) {
            String below = raw.get(k).type().getName();
            if (below.startsWith("jdk.internal.reflect.Direct") || below.equals(RESUME)) {
                return true;
            }
            if (!below.startsWith("java.lang.invoke.")) {
                return false;
            }
        }
        return false;
    }

    private FrameState ofCopy(Thread thread, RawFrame frame, FrameCopies.Copy copy) throws PinnedException {
        int at = positions.callAt(frame.type(), frame.method(), frame.descriptor(), frame.bci());
        int call = at < 0 ? -1 : copy.calls()[at];
        if (call < 0) {
            throw pinned(thread, frame, "stands in a place of a resumed frame that the original does not have");
        }
        RawFrame values = new RawFrame(frame.type(), copy.method(), copy.descriptor(), frame.bci(),
                Arrays.copyOfRange(frame.localRefs(), FrameCopies.SHIFT, frame.localRefs().length),
                Arrays.copyOfRange(frame.localRaws(), FrameCopies.SHIFT, frame.localRaws().length),
                frame.stackRefs(), frame.stackRaws(), frame.monitors());
        return new FrameState(frame.type(), copy.method(), copy.descriptor(), call, copy.asFactory(), values);
    }

    private FrameState ofOriginal(Thread thread, RawFrame frame) throws PinnedException {
        if (frame.type().isHidden()) {
            throw pinned(thread, frame, "is in generated code that cannot be entered again (a method handle chain or a hidden class)");
        }
        if (frame.method().equals("<clinit>")) {
            throw initialising(thread, frame);
        }
        if (frame.bci() < 0) {
            throw pinned(thread, frame, "is called back from native code");
        }
        int call = positions.callAt(frame.type(), frame.method(), frame.descriptor(), frame.bci());
        if (call < 0) {
            throw pinned(thread, frame, "is not at a call of its class file (a native method, or a class made at run time)");
        }
        if (frame.method().equals("<init>") && isBeforeSuper(frame, call)) {
            throw pinned(thread, frame, "has not yet called the constructor of its superclass");
        }
        return new FrameState(frame.type(), frame.method(), frame.descriptor(), call, false, frame);
    }

    private boolean isBeforeSuper(RawFrame frame, int call) {
        try {
            return constructors.isBeforeSuper(frame.type(), frame.descriptor(), call);
        } catch (AnalyzerException e) {
            throw new IllegalStateException("the class file of " + frame.type() + " cannot be understood", e);
        }
    }

    static PinnedException initialising(Thread thread, RawFrame frame) {
        return pinned(thread, frame, "is in a static initialiser");
    }

    private static PinnedException pinned(Thread thread, RawFrame frame, String why) {
        return new PinnedException(true, "thread \"" + thread.getName() + "\", frame " + frame.where() + ": it " + why
                + "; the move can succeed once this call has returned");
    }
}
