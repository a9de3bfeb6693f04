package io.ssi.agent.deputy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Signals that this process ignores, as the kernel has them. Apart, because a program that is about to move shall load nothing else for it. */
public final class IgnoredSignals {
    private IgnoredSignals() {}

    /** Bit n for signal n. */
    public static long now() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("SigIgn:")) {
                    return Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16) << 1;
                }
            }
        } catch (IOException e) {
            // As where the kernel does not say.
        }
        return 0;
    }
}
