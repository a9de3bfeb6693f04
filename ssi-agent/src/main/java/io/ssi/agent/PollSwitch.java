package io.ssi.agent;

import io.ssi.agent.weave.PollBody;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;

/**
 * Gives the poll a body for the time of a freeze. Each change is a retransformation: HotSpot stops all threads, drops all
 * compiled code that has the former body inlined, and lets the threads in such code go on in the interpreter. Thread-safe.
 */
final class PollSwitch implements ClassFileTransformer {
    private final Instrumentation instrumentation;
    /** Guarded by this. */
    private boolean on;
    /** Set by {@link #transform}, which runs inside a retransformation and cannot throw. */
    private volatile boolean changed;
    private volatile Throwable failure;

    PollSwitch(Instrumentation instrumentation) {
        this.instrumentation = instrumentation;
    }

    /**
     * Safe to repeat; may take as long as it takes to stop all threads.
     *
     * @throws IllegalStateException if the poll cannot be given that body
     */
    synchronized void set(boolean now) {
        if (now == on) {
            return;
        }
        on = now;
        if (!now) {
            instrumentation.removeTransformer(this);
            retransform();
            return;
        }
        changed = false;
        failure = null;
        instrumentation.addTransformer(this, true);
        retransform();
        if (!changed) {
            throw new IllegalStateException("the poll of this JVM cannot be switched on: "
                    + (failure == null ? "its class was not offered for change" : failure));
        }
    }

    /** Loads what a change needs while the program still runs: at its start it was left out. */
    void prepare() {
        try (InputStream in = PollSwitch.class.getClassLoader().getResourceAsStream("hook/java/lang/SsiHook.class")) {
            PollBody.checking(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void retransform() {
        try {
            instrumentation.retransformClasses(SsiHook.class);
        } catch (UnmodifiableClassException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] bytes) {
        if (redefined != SsiHook.class) {
            return null;
        }
        try {
            byte[] checking = PollBody.checking(bytes);
            changed = true;
            return checking;
        } catch (Throwable e) {
            failure = e;
            return null;
        }
    }
}
