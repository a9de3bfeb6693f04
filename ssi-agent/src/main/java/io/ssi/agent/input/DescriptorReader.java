package io.ssi.agent.input;

import io.ssi.agent.link.AgentThread;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads standard input piece by piece on a thread of its own, and can be stopped without a byte in between: the thread waits
 * until there is something, and only then reads. A read that blocks could take bytes when nobody can get them any more.
 *
 * <p>Lock order: this class's lock before those of the sink.
 */
public final class DescriptorReader {
    /** The descriptor. */
    public interface Descriptor {
        /** Returns when a read would not block. */
        void awaitReadable() throws IOException;

        /** As InputStream.read. */
        int read(byte[] to) throws IOException;

        /** Whoever writes to the other end finds no reader; reads find an end of file or fail. Safe to repeat. */
        void close() throws IOException;
    }

    /** Who wanted the bytes. Called with this class's lock held; must not wait. */
    public interface Sink {
        /** Empty for an end of file. */
        void read(byte[] piece);

        void failed(IOException cause);
    }

    private final Descriptor descriptor;
    private final Sink sink;
    private final Object lock = new Object();
    /** Guarded by lock: bytes wanted, 0 for none. */
    private int wanted;
    /** Guarded by lock. */
    private AgentThread thread;
    /** Guarded by lock. */
    private boolean stopped;

    public DescriptorReader(Descriptor descriptor, Sink sink) {
        this.descriptor = descriptor;
        this.sink = sink;
    }

    /** One piece of at most so many bytes; if one is under way already, nothing. */
    public void want(int max) {
        synchronized (lock) {
            if (wanted == 0) {
                wanted = max;
            }
            if (thread == null) {
                thread = new Reader();
                thread.launch();
            }
            lock.notifyAll();
        }
    }

    /** Nothing is read from now on, for ever; what was read has gone to the sink. */
    public void stop() {
        synchronized (lock) {
            stopped = true;
        }
    }

    /** The program has closed it. Safe to repeat. */
    public void close() {
        try {
            descriptor.close();
        } catch (IOException e) {
            // It reads no more in any case.
        }
    }

    private void awaitWanted() throws InterruptedException {
        synchronized (lock) {
            while (wanted == 0) {
                lock.wait();
            }
        }
    }

    /** False if nothing may be read any more. */
    private boolean piece() {
        IOException failure = null;
        try {
            descriptor.awaitReadable();
        } catch (IOException e) {
            failure = e;
        }
        synchronized (lock) {
            if (stopped) {
                return false;
            }
            byte[] piece = new byte[wanted];
            wanted = 0;
            try {
                if (failure != null) {
                    throw failure;
                }
                sink.read(Arrays.copyOf(piece, Math.max(0, descriptor.read(piece))));
            } catch (IOException e) {
                sink.failed(e);
            }
            return true;
        }
    }

    private final class Reader extends AgentThread {
        Reader() {
            super("ssi-stdin");
        }

        @Override
        public void run() {
            try {
                do {
                    awaitWanted();
                } while (piece());
            } catch (InterruptedException e) {
                // Nobody interrupts it; then the JVM ends.
            }
        }
    }
}
