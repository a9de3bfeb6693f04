package io.ssi.agent;

import io.ssi.agent.deputy.Libc;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;

/**
 * A landing's own outputs: named pipes with a daemon at the other end. Their reading ends are held here, too, and never read: as long
 * as they are open the program gets no error when the daemon dies, but waits once the pipe is full, and the next daemon reads on. An output
 * that the deputy cannot show any more is broken here, wherever the program goes, until it is home and has the real one. Thread-safe.
 */
final class Outputs {
    /** Guarded by this; empty in a JVM that has its outputs from its user. */
    private FileInputStream[] ends = new FileInputStream[0];
    /** Guarded by this; bit n for descriptor n. */
    private int broken;

    synchronized void hold() {
        ends = new FileInputStream[2];
        for (int i = 0; i < ends.length; i++) {
            try {
                ends[i] = new FileInputStream("/proc/self/fd/" + (i + 1));
            } catch (IOException e) {
                // No pipe: then nobody's death closes it.
            }
        }
    }

    /** From now on writes fail. Repeated because the daemon still reads it: then a write succeeded. */
    synchronized void broke(int descriptor, MethodHandles.Lookup trusted) {
        if (descriptor < 1 || descriptor > ends.length) {
            return;
        }
        broken |= 1 << descriptor;
        new Libc(trusted).breakOutput(descriptor);
        FileInputStream end = ends[descriptor - 1];
        if (end != null) {
            ends[descriptor - 1] = null;
            try {
                end.close();
            } catch (IOException e) {
                // It is closed.
            }
        }
    }

    /** Bit n for descriptor n. */
    synchronized int broken() {
        return broken;
    }

    void restore(int descriptors, MethodHandles.Lookup trusted) {
        for (int descriptor = 1; descriptor <= 2; descriptor++) {
            if ((descriptors & 1 << descriptor) != 0) {
                broke(descriptor, trusted);
            }
        }
    }
}
