package io.ssi.agent.weave;

import io.ssi.agent.rule.JdkRules;

/** See the package: bytes, name, loader kind and the options given here determine the result. Thread-safe. */
public final class Weaver {
    /** Which classes of the moved process were initialised where it came from; their class initialisers must not run again. */
    public interface Initialised {
        boolean test(String internalName);

        /** Its class initialiser has failed there. */
        default boolean failed(String internalName) {
            return false;
        }
    }

    /** Told of each class or method that is loaded as it was, and why. May be called by many threads. */
    public interface LeftAlone {
        void record(String internalName, String reason);
    }

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
        try {
            ClassScan scan = ClassScan.of(bytes);
            byte[] inlined = scan.hasSubroutines ? inlined(internalName, bytes) : null;
            if (inlined != null) {
                scan = ClassScan.of(inlined);
            }
            scan.findRecursion();
            ApplicationWeave.Initialiser initialiser = initialiser(internalName, scan);
            boolean run = scan.hasRun && scan.extendsOther;
            boolean clock = landing && scan.namesNanoTime;
            byte[] woven = scan.polled == null && initialiser == ApplicationWeave.Initialiser.OWN && !run && !clock ? null
                    : ApplicationWeave.weave(internalName, scan, run, initialiser, clock, leftAlone);
            return woven == null ? inlined : woven;
        } catch (RuntimeException e) {
            leftAlone.record(internalName, "its class file cannot be read: " + e);
            return null;
        }
    }

    private byte[] inlined(String internalName, byte[] bytes) {
        try {
            return Subroutines.inline(bytes);
        } catch (RuntimeException e) {
            leftAlone.record(internalName, "its subroutines (jsr) cannot be put where they are called: " + e + "; no thread that stands in one can move");
            return null;
        }
    }

    private ApplicationWeave.Initialiser initialiser(String internalName, ClassScan scan) {
        if (!landing || !scan.hasClassInitialiser) {
            return ApplicationWeave.Initialiser.OWN;
        }
        return initialised.failed(internalName) ? ApplicationWeave.Initialiser.FAILING
                : initialised.test(internalName) ? ApplicationWeave.Initialiser.EMPTY : ApplicationWeave.Initialiser.OWN;
    }
}
