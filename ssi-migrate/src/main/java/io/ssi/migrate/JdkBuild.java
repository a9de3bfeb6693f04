package io.ssi.migrate;

/** Names the build of a JDK: source and target of a move must have the same, since frames and layouts are its own. */
public final class JdkBuild {
    private JdkBuild() {}

    /** Vendor, version with build, system and processor of this JVM. From properties: Runtime.version() loads lambdas, and programs start meanwhile. */
    public static String name() {
        return System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version") + " " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch");
    }
}
