package io.ssi.core.net.link;

import io.ssi.core.env.Env;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One direction of a link inside one JVM: frames arrive in order on the timer thread, after a delay. Their messages are bytes
 * already, so the two sides share no objects. Thread-safe.
 */
public final class LocalPipe implements FrameSink {
    private final Env env;
    private final Supplier<Duration> delay;
    private final Predicate<Frame> lost;
    private final Consumer<Frame> receiver;
    private final Consumer<String> abort;
    private long lastDueNanos = Long.MIN_VALUE; // guarded by this
    private volatile boolean closed;

    /** {@code lost} decides for each frame whether it disappears; {@code abort} breaks the whole link. */
    public LocalPipe(Env env, Supplier<Duration> delay, Predicate<Frame> lost, Consumer<Frame> receiver, Consumer<String> abort) {
        this.env = env;
        this.delay = delay;
        this.lost = lost;
        this.receiver = receiver;
        this.abort = abort;
    }

    @Override
    public synchronized void send(Frame frame) {
        if (closed || lost.test(frame)) {
            return;
        }
        long now = env.time().nanos();
        // Never before the frame sent last: a link keeps its order whatever the delays are.
        lastDueNanos = Math.max(lastDueNanos, now + delay.get().toNanos());
        env.timers().after(Duration.ofNanos(lastDueNanos - now), () -> deliver(frame));
    }

    @Override
    public void sendInTurn(long stream, Frame frame) {
        send(frame);
    }

    @Override
    public boolean congested() {
        return false;
    }

    @Override
    public void abort(String sentence) {
        abort.accept(sentence);
    }

    /** Frames on their way are lost. */
    public void close() {
        closed = true;
    }

    private void deliver(Frame frame) {
        if (closed) {
            return;
        }
        try {
            receiver.accept(frame);
        } catch (BadFrameException e) {
            abort.accept(e.getMessage());
        }
    }
}
