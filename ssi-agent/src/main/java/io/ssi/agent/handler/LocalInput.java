package io.ssi.agent.handler;

import io.ssi.agent.link.AgentThread;
import java.io.IOException;
import java.util.Arrays;

/**
 * Standard input where the process was born: file descriptor 0. A thread of its own waits until there is something, and only then
 * reads: a read that blocks could take bytes when the process has just left, and nobody would get them.
 *
 * <p>Lock order: this class's lock before that of {@link StandardInput}.
 */
public final class LocalInput implements StandardInput.Source {
    private final SsiStandardInput stream;
    private final Poll poll;
    private StandardInput target;
    private final Object lock = new Object();
    /** Guarded by lock: bytes wanted, 0 for none. */
    private int wanted;
    /** Guarded by lock. */
    private AgentThread reader;
    /** Guarded by lock. */
    private boolean stopped;

    /** A way to wait for a descriptor. */
    public interface Poll {
        /** Returns when a read of standard input would not block, or earlier. */
        void awaitReadable() throws IOException;
    }

    public LocalInput(SsiStandardInput stream, Poll poll) {
        this.stream = stream;
        this.poll = poll;
    }

    /** Once, before the first read. */
    public void target(StandardInput input) {
        target = input;
    }

    @Override
    public int readNow(byte[] to, int offset, int length) throws IOException {
        int ready = availableNow();
        return ready == 0 ? 0 : Math.max(0, stream.readHere(to, offset, Math.min(length, ready)));
    }

    @Override
    public int availableNow() throws IOException {
        return stream.availableHere();
    }

    @Override
    public void want(int max) {
        synchronized (lock) {
            wanted = max;
            if (reader == null) {
                reader = new Reader();
                reader.launch();
            }
            lock.notifyAll();
        }
    }

    @Override
    public void stop() {
        synchronized (lock) {
            stopped = true;
        }
    }

    /** False if nothing may be read any more. */
    private boolean readInto(byte[] piece) throws IOException {
        synchronized (lock) {
            if (stopped) {
                return false;
            }
            int n = stream.readHere(piece, 0, piece.length);
            target.arrived(Arrays.copyOf(piece, Math.max(n, 0)));
            return true;
        }
    }

    private int awaitWanted() throws InterruptedException {
        synchronized (lock) {
            while (wanted == 0) {
                lock.wait();
            }
            int max = wanted;
            wanted = 0;
            return max;
        }
    }

    private final class Reader extends AgentThread {
        Reader() {
            super("ssi-stdin");
        }

        @Override
        public void run() {
            try {
                boolean more = true;
                while (more) {
                    byte[] piece = new byte[awaitWanted()];
                    try {
                        poll.awaitReadable();
                        more = readInto(piece);
                    } catch (IOException e) {
                        target.failed(e);
                    }
                }
            } catch (InterruptedException e) {
                // Nobody interrupts it; then the JVM ends.
            }
        }
    }
}
