package io.ssi.agent.handler;

import io.ssi.agent.link.AgentThread;
import java.io.IOException;
import java.util.Arrays;

/** Standard input where the process was born: file descriptor 0. A thread that lives as long as reads block does them. */
public final class LocalInput implements StandardInput.Source {
    private final SsiStandardInput stream;
    private StandardInput target;
    private final Object lock = new Object();
    /** Guarded by lock: bytes wanted, 0 for none. */
    private int wanted;
    /** Guarded by lock. */
    private AgentThread reader;

    public LocalInput(SsiStandardInput stream) {
        this.stream = stream;
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
                while (true) {
                    byte[] piece = new byte[awaitWanted()];
                    try {
                        int n = stream.readHere(piece, 0, piece.length);
                        target.arrived(Arrays.copyOf(piece, Math.max(n, 0)));
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
