package io.ssi.core.net.link;

import io.ssi.core.env.Env;
import io.ssi.core.id.NodeId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Two link sessions joined back to back inside one JVM. */
public final class LocalLink {
    private final LinkSession first;
    private final LinkSession second;
    private final LocalPipe toFirst;
    private final LocalPipe toSecond;
    private final Consumer<String> broken;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** One side: its number (null while it has none), how others call it, and what its links share. */
    public record End(NodeId node, String name, LinkContext context) {}

    /** The first end is the one that dialled. {@code broken} is called once, on any thread, after both sessions are down. */
    public LocalLink(End one, End two, Env env, Supplier<Duration> delay, Predicate<Frame> lost, Consumer<String> broken) {
        this.broken = broken;
        // Each pipe delivers to a session that is made from the other pipe; nothing is sent before both are set.
        toSecond = new LocalPipe(env, delay, lost, this::toSecond, this::close);
        toFirst = new LocalPipe(env, delay, lost, this::toFirst, this::close);
        first = new LinkSession(two.node(), two.name(), true, one.context(), toSecond);
        second = new LinkSession(one.node(), one.name(), false, two.context(), toFirst);
    }

    /** How a node talks to itself: at once, and nothing is lost. */
    public static LocalLink toSelf(NodeId self, LinkContext context) {
        End end = new End(self, "node " + self, context);
        return new LocalLink(end, end, context.env(), () -> Duration.ZERO, _ -> false, _ -> { });
    }

    private void toFirst(Frame frame) {
        first.onFrame(frame);
    }

    private void toSecond(Frame frame) {
        second.onFrame(frame);
    }

    public LinkSession first() {
        return first;
    }

    public LinkSession second() {
        return second;
    }

    public void close(String cause) {
        if (closed.compareAndSet(false, true)) {
            toFirst.close();
            toSecond.close();
            first.down(cause);
            second.down(cause);
            broken.accept(cause);
        }
    }
}
