package io.ssi.agent.deputy;

import io.ssi.agent.link.AgentThread;
import io.ssi.core.wire.LinkMessage;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.Arrays;

/** Reads standard input, and only as much as the process asked for: the rest is for whoever reads it next. */
final class InputPump extends AgentThread {
    private static final int PIECE_BYTES_MAX = 64 << 10;

    private final Deputy deputy;
    private final FileInputStream stream = new FileInputStream(FileDescriptor.in);
    private byte[] before;
    private final Object lock = new Object();
    /** Guarded by lock: bytes the process wants. */
    private int wanted;

    InputPump(Deputy deputy, byte[] before) {
        super("ssi-input");
        this.deputy = deputy;
        this.before = before;
    }

    void want(int max) {
        synchronized (lock) {
            wanted = Math.min(max, PIECE_BYTES_MAX);
            lock.notifyAll();
        }
    }

    private int awaitWanted() throws InterruptedException {
        synchronized (lock) {
            while (wanted == 0) {
                lock.wait();
            }
            int now = wanted;
            wanted = 0;
            return now;
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                deputy.send(new LinkMessage.Stdio(0, piece(awaitWanted())));
            }
        } catch (InterruptedException e) {
            // Nobody interrupts it.
        }
    }

    private byte[] piece(int max) {
        if (before.length > 0) {
            byte[] piece = Arrays.copyOf(before, Math.min(before.length, max));
            before = Arrays.copyOfRange(before, piece.length, before.length);
            return piece;
        }
        byte[] piece = new byte[max];
        try {
            return Arrays.copyOf(piece, Math.max(0, stream.read(piece)));
        } catch (IOException e) {
            // A descriptor that cannot be read is at its end.
            return new byte[0];
        }
    }
}
