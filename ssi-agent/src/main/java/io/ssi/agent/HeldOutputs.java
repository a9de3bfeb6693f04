package io.ssi.agent;

import java.io.FileInputStream;
import java.io.IOException;

/**
 * Reading ends of a landing's own outputs, which are named pipes with a daemon at the other end. They are never read: as long as they
 * are open the program gets no error when the daemon dies, but waits once the pipe is full, and the next daemon reads on.
 */
final class HeldOutputs {
    private static final FileInputStream[] ENDS = new FileInputStream[2];

    private HeldOutputs() {}

    static void hold() {
        for (int i = 0; i < ENDS.length; i++) {
            try {
                ENDS[i] = new FileInputStream("/proc/self/fd/" + (i + 1));
            } catch (IOException e) {
                // No pipe: then nobody's death closes it.
            }
        }
    }
}
