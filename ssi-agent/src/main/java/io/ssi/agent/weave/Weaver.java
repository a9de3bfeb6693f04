package io.ssi.agent.weave;

import io.ssi.agent.rule.JdkRules;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassTooLargeException;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodTooLargeException;

/** See the package: bytes, name, loader kind and the options given here determine the result. Thread-safe. */
public final class Weaver {
    /** Which classes of the moved process were initialised where it came from; their class initialisers must not run again. */
    public interface Initialised {
        boolean test(String internalName);
    }

    /** Told of each class or method that is loaded as it was, and why. May be called by many threads. */
    public interface LeftAlone {
        void record(String internalName, String reason);
    }

    private static final int METHODS_LEFT_ALONE_MAX = 1000;

    private final boolean landing;
    private final Initialised initialised;
    private final LeftAlone leftAlone;

    /** @param initialised null in a JVM that no process moves into */
    public Weaver(Initialised initialised, LeftAlone leftAlone) {
        this.landing = initialised != null;
        this.initialised = initialised;
        this.leftAlone = leftAlone;
    }

    /**
     * The class as it shall be loaded.
     *
     * @param internalName with slashes
     * @return null if the class stays as it is
     */
    public byte[] weave(String internalName, LoaderKind kind, byte[] bytes) {
        if (kind == LoaderKind.JDK) {
            return JdkRules.concerns(internalName, landing) ? JdkWeave.weave(internalName, bytes, landing) : null;
        }
        ClassScan scan;
        try {
            scan = ClassScan.of(bytes);
        } catch (RuntimeException e) {
            leftAlone.record(internalName, "its class file cannot be read: " + e);
            return null;
        }
        boolean empty = landing && scan.hasClassInitialiser && initialised.test(internalName);
        boolean run = scan.hasRun && !"java/lang/Object".equals(scan.superName);
        if (scan.loops == null && !empty && !run) {
            return null;
        }
        return application(internalName, bytes, scan, run, empty);
    }

    private byte[] application(String internalName, byte[] bytes, ClassScan scan, boolean run, boolean empty) {
        // Each round leaves out one method that would grow over 64 KiB.
        for (int round = 0; round < METHODS_LEFT_ALONE_MAX; round++) {
            try {
                ClassReader reader = new ClassReader(bytes);
                ClassWriter writer = new ClassWriter(reader, 0);
                reader.accept(new ApplicationWeave(writer, scan, run, empty), 0);
                return writer.toByteArray();
            } catch (MethodTooLargeException e) {
                leftAlone.record(internalName, "method " + e.getMethodName() + e.getDescriptor() + " would have " + e.getCodeSize()
                        + " bytes of code with polls, more than 65535; it cannot stop for a move inside its loops");
                if (!scan.leaveAlone(e.getMethodName(), e.getDescriptor())) {
                    return null;
                }
            } catch (ClassTooLargeException e) {
                leftAlone.record(internalName, "its constant pool would have " + e.getConstantPoolCount() + " entries, more than 65535");
                return null;
            } catch (RuntimeException e) {
                leftAlone.record(internalName, "ASM cannot read it: " + e);
                return null;
            }
        }
        return null;
    }
}
