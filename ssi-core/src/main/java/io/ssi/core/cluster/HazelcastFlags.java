package io.ssi.core.cluster;

import java.util.List;

/** What the JVM of a daemon is started with so that Hazelcast neither warns nor falls back on JDK 25. The names are the JDK's, so nothing here depends on Hazelcast. */
public final class HazelcastFlags {
    /** Each element is one argument. The Unsafe flag goes away in a later JDK: the pinned JDK major covers it. */
    public static final List<String> JVM = List.of(
            "--add-modules=java.se",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.management/sun.management=ALL-UNNAMED",
            "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED");

    private HazelcastFlags() {}
}
