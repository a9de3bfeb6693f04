package io.ssi.agent.deputy;

import io.ssi.agent.link.AgentThread;
import io.ssi.core.wire.LinkMessage;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * Writes what the process prints to one descriptor, and acknowledges it. A terminal that is stopped holds up only this thread;
 * how much can wait here is bounded by the sender, which stops at 256 KiB unacknowledged. When nobody reads the other end
 * any more, the acknowledgement is -1 once: writes of the process to that descriptor fail from then on.
 */
final class OutputPump extends AgentThread {
    private static final int BROKEN = -1;

    private final int number;
    private final FileOutputStream stream;
    private final Deputy deputy;
    /** Guarded by itself. */
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    /** Guarded by waiting: a piece is being written. */
    private boolean busy;

    OutputPump(int number, FileDescriptor descriptor, Deputy deputy) {
        super("ssi-output-" + number);
        this.number = number;
        this.stream = new FileOutputStream(descriptor);
        this.deputy = deputy;
    }

    void add(byte[] piece) {
        synchronized (waiting) {
            waiting.add(piece);
            waiting.notifyAll();
        }
    }

    /** Returns when everything is written. */
    void drain() throws InterruptedException {
        synchronized (waiting) {
            while (busy || !waiting.isEmpty()) {
                waiting.wait();
            }
        }
    }

    private byte[] next() throws InterruptedException {
        synchronized (waiting) {
            while (waiting.isEmpty()) {
                waiting.wait();
            }
            busy = true;
            return waiting.remove();
        }
    }

    /** Before the acknowledgement, which may have to wait for a daemon. */
    private void written() {
        synchronized (waiting) {
            busy = false;
            waiting.notifyAll();
        }
    }

    @Override
    public void run() {
        boolean broken = false;
        try {
            while (true) {
                byte[] piece = next();
                boolean wasBroken = broken;
                int count = piece.length;
                if (!broken) {
                    try {
                        stream.write(piece);
                    } catch (IOException e) {
                        broken = true;
                        count = BROKEN;
                    }
                }
                written();
                if (!wasBroken) {
                    deputy.send(new LinkMessage.StdioAck(number, count));
                }
            }
        } catch (InterruptedException e) {
            // Nobody interrupts it.
        }
    }
}
