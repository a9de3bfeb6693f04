package io.ssi.core.net.link;

import io.ssi.core.net.ByteStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** One end of a stream on a link. Frames come in on the link's thread, bytes are read and written by anyone, blocking. */
final class MuxStream implements ByteStream {
    private final long id;
    private final FrameSink sink;
    private final Runnable ended;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> arrived = new ArrayDeque<>(); // this and all below: guarded by lock
    private final SendWindow sendWindow = new SendWindow();
    private final ReceiveWindow receiveWindow = new ReceiveWindow();
    private int headOffset;
    private boolean inputEnded;
    private boolean inputClosed;
    private boolean outputDone;
    private String outputRefused;
    private String broken;
    private boolean told;

    /** {@code ended} is run once, when neither side will send anything for this stream any more. */
    MuxStream(long id, FrameSink sink, Runnable ended) {
        this.id = id;
        this.sink = sink;
        this.ended = ended;
    }

    private final InputStream input = new InputStream() {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return MuxStream.this.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            return length == 0 ? 0 : MuxStream.this.read(into, offset, length);
        }

        @Override
        public int available() {
            return MuxStream.this.available();
        }

        @Override
        public void close() {
            stopReading();
        }
    };

    private final OutputStream output = new OutputStream() {
        @Override
        public void write(int b) throws IOException {
            MuxStream.this.write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            MuxStream.this.write(bytes, offset, length);
        }

        @Override
        public void close() {
            endOutput();
        }
    };

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void reset(String reason) {
        if (breakWith("the stream was reset on this side: " + reason)) {
            sink.send(new Frame.Reset(id, reason));
        }
    }

    @Override
    public void close() {
        endOutput();
        stopReading();
    }

    // ---- the user's side

    private int read(byte[] into, int offset, int length) throws IOException {
        int credit;
        int taken;
        lock.lock();
        try {
            while (arrived.isEmpty() && !inputEnded && !inputClosed && broken == null) {
                await();
            }
            if (broken != null) {
                throw new IOException(broken);
            }
            if (inputClosed) {
                throw new IOException("the input of this stream is closed");
            }
            if (arrived.isEmpty()) {
                return -1;
            }
            byte[] head = arrived.peek();
            taken = Math.min(length, head.length - headOffset);
            System.arraycopy(head, headOffset, into, offset, taken);
            headOffset += taken;
            if (headOffset == head.length) {
                arrived.remove();
                headOffset = 0;
            }
            credit = inputEnded ? 0 : receiveWindow.consumed(taken);
        } finally {
            lock.unlock();
        }
        if (credit > 0) {
            sink.send(new Frame.Credit(id, credit));
        }
        return taken;
    }

    private int available() {
        lock.lock();
        try {
            int sum = -headOffset;
            for (byte[] part : arrived) {
                sum += part.length;
            }
            return arrived.isEmpty() || broken != null ? 0 : sum;
        } finally {
            lock.unlock();
        }
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        while (left > 0) {
            int part;
            lock.lock();
            try {
                while (sendWindow.available() == 0 && !outputDone && broken == null) {
                    await();
                }
                checkWritable();
                part = sendWindow.take(left);
                byte[] copy = new byte[part];
                System.arraycopy(bytes, from, copy, 0, part);
                // Handed on under the lock: two writers' parts must leave in the order in which they took credit.
                sink.sendInTurn(id, new Frame.Data(id, copy));
            } finally {
                lock.unlock();
            }
            from += part;
            left -= part;
        }
    }

    private void checkWritable() throws IOException {
        if (broken != null) {
            throw new IOException(broken);
        }
        if (outputRefused != null) {
            throw new IOException(outputRefused);
        }
        if (outputDone) {
            throw new IOException("the output of this stream is closed");
        }
    }

    private void await() throws IOException {
        try {
            changed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the peer", e);
        }
    }

    private void endOutput() {
        lock.lock();
        try {
            if (outputDone || broken != null) {
                return;
            }
            outputDone = true;
            sink.sendInTurn(id, new Frame.End(id));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        tellWhenOver();
    }

    private void stopReading() {
        lock.lock();
        try {
            if (inputClosed || broken != null) {
                return;
            }
            inputClosed = true;
            arrived.clear();
            headOffset = 0;
            changed.signalAll();
            if (!inputEnded) {
                sink.send(new Frame.Stop(id));
            }
        } finally {
            lock.unlock();
        }
        tellWhenOver();
    }

    // ---- the link's side

    void onData(byte[] bytes) {
        lock.lock();
        try {
            if (inputClosed || broken != null) {
                return;
            }
            if (inputEnded) {
                throw new BadFrameException("data after the end of stream " + id);
            }
            receiveWindow.arrived(bytes.length);
            if (bytes.length > 0) {
                arrived.add(bytes);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    void onCredit(int bytes) {
        lock.lock();
        try {
            sendWindow.granted(bytes);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void onEnd() {
        lock.lock();
        try {
            inputEnded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        tellWhenOver();
    }

    void onStop() {
        lock.lock();
        try {
            if (!outputDone) {
                outputDone = true;
                outputRefused = "the other side closed the stream and reads no more";
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        tellWhenOver();
    }

    /** The peer reset the stream or the link is gone: both directions fail at once, unread data is dropped. */
    boolean breakWith(String reason) {
        lock.lock();
        try {
            if (broken != null || (outputDone && (inputEnded || inputClosed) && arrived.isEmpty())) {
                return false;
            }
            broken = reason;
            arrived.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        tellWhenOver();
        return true;
    }

    private void tellWhenOver() {
        lock.lock();
        try {
            boolean over = broken != null || (outputDone && (inputEnded || inputClosed));
            if (!over || told) {
                return;
            }
            told = true;
        } finally {
            lock.unlock();
        }
        ended.run();
    }
}
