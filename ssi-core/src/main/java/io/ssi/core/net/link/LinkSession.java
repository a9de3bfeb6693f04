package io.ssi.core.net.link;

import io.ssi.core.env.Timers;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.OutcomeUnknownException;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.net.ByteStream;
import io.ssi.core.net.Transport;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls, messages and streams on one link that is up. Frames of the peer come in through {@link #onFrame} on one thread; the rest
 * may be used from any thread and does not block. A session ends once, with {@link #down}.
 */
public final class LinkSession {
    /** Requests of this side that wait for an answer. */
    static final int PENDING_MAX = 16_384;

    /** Streams of both sides that are open. */
    static final int STREAMS_MAX = 4096;

    static final Duration DEADLINE_MAX = Duration.ofMinutes(30);

    private static final Logger log = LoggerFactory.getLogger(LinkSession.class);

    private record Pending(CompletableFuture<Object> future, long startNanos) {}

    private record Lane(NodeId from, Class<?> type) {}

    private final NodeId peer;
    private final String peerName;
    private final LinkContext context;
    private final FrameSink sink;
    private final AtomicLong nextCall = new AtomicLong(1);
    private final AtomicLong nextStream;
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
    private final Map<Long, MuxStream> streams = new ConcurrentHashMap<>();
    private final int streamParity;
    private volatile String down;

    /** {@code peer} is null for a caller without number; the side that dialled opens odd streams, the other even ones. */
    public LinkSession(NodeId peer, String peerName, boolean dialled, LinkContext context, FrameSink sink) {
        this.peer = peer;
        this.peerName = peerName;
        this.context = context;
        this.sink = sink;
        streamParity = dialled ? 1 : 0;
        nextStream = new AtomicLong(dialled ? 1 : 2);
    }

    public NodeId peer() {
        return peer;
    }

    // ---- this node's side

    public <A> CompletableFuture<A> call(Transport.Request<A> request, Duration deadline) {
        if (deadline.isNegative() || deadline.isZero() || deadline.compareTo(DEADLINE_MAX) > 0) {
            throw new SsiException(ErrorCode.BAD_ARGUMENT, "deadline " + deadline + " is not in 1 ms.." + DEADLINE_MAX);
        }
        byte[] payload;
        try {
            payload = context.codec().encode(request);
        } catch (SsiException e) {
            return CompletableFuture.failedFuture(e);
        }
        context.meters().calls.increment();
        if (pending.size() >= PENDING_MAX || sink.congested()) {
            return failed(ErrorCode.LIMIT, "too much waits for " + peerName + " (" + pending.size() + " requests of at most " + PENDING_MAX
                    + "); try again later");
        }
        long id = nextCall.getAndIncrement();
        CompletableFuture<Object> future = new CompletableFuture<>();
        pending.put(id, new Pending(future, context.env().time().nanos()));
        Timers.Timer timer = context.env().timers().after(deadline, () -> fail(id, ErrorCode.TIMEOUT,
                peerName + " did not answer " + request.getClass().getSimpleName() + " within " + deadline.toMillis() + " ms"));
        future.whenComplete((_, _) -> timer.cancel());
        sink.send(new Frame.Request(id, Dispatcher.inHandler(), (int) Math.max(1, deadline.toMillis()), payload));
        // down() fails what it finds after setting the flag; whoever came later must look at the flag itself.
        String cause = down;
        if (cause != null) {
            fail(id, ErrorCode.PEER_LOST, cause);
        }
        @SuppressWarnings("unchecked")
        CompletableFuture<A> answer = (CompletableFuture<A>) future;
        return answer;
    }

    public void send(Transport.Message message) {
        byte[] payload = context.codec().encode(message);
        if (down != null) {
            context.meters().oneWaysLost.increment();
            return;
        }
        context.meters().oneWaysSent.increment();
        sink.send(new Frame.OneWay(payload));
    }

    public ByteStream open(Transport.Message header) {
        byte[] payload = context.codec().encode(header);
        long id = nextStream.getAndAdd(2);
        MuxStream stream = register(id);
        sink.send(new Frame.Open(id, payload));
        String cause = down;
        if (cause != null) {
            stream.breakWith(cause);
            throw new SsiException(ErrorCode.PEER_LOST, cause);
        }
        return stream;
    }

    private MuxStream register(long id) {
        if (streams.size() >= STREAMS_MAX) {
            throw new SsiException(ErrorCode.LIMIT, streams.size() + " streams to " + peerName + " are open, the most there may be; close some");
        }
        context.meters().streams.increment();
        MuxStream stream = new MuxStream(id, sink, () -> streams.remove(id));
        streams.put(id, stream);
        return stream;
    }

    /** The link broke or is closed: every call and stream on it fails with this sentence. Safe to repeat; the first wins. */
    public void down(String reason) {
        String cause = "link to " + peerName + " broke: " + reason;
        if (down == null) {
            down = cause;
        }
        for (Long id : pending.keySet()) {
            fail(id, ErrorCode.PEER_LOST, cause);
        }
        for (MuxStream stream : streams.values()) {
            stream.breakWith(cause);
        }
    }

    // ---- the peer's side

    /** Handles one frame; throws {@link BadFrameException} when it breaks the protocol, after which the link must be aborted. */
    public void onFrame(Frame frame) {
        switch (frame) {
            case Frame.Request f -> onRequest(f);
            case Frame.Answer f -> complete(f.id(), context.codec().decode(f.payload()));
            case Frame.Failure f -> fail(f.id(), ErrorCode.of(f.code()), f.message());
            case Frame.OneWay f -> onOneWay(f);
            case Frame.Open f -> onOpen(f);
            case Frame.Data f -> onStream(f.stream(), stream -> stream.onData(f.payload()));
            case Frame.Credit f -> onStream(f.stream(), stream -> stream.onCredit(f.bytes()));
            case Frame.End f -> onStream(f.stream(), MuxStream::onEnd);
            case Frame.Stop f -> onStream(f.stream(), MuxStream::onStop);
            case Frame.Reset f -> onStream(f.stream(), stream -> stream.breakWith(peerName + " reset the stream: " + f.reason()));
            default -> throw new BadFrameException("frame " + frame.getClass().getSimpleName() + " on a link that is up");
        }
    }

    /** Frames for a stream that is over may still be on their way: they are dropped. */
    private void onStream(long id, Consumer<MuxStream> action) {
        MuxStream stream = streams.get(id);
        if (stream != null) {
            action.accept(stream);
        }
    }

    private void onRequest(Frame.Request frame) {
        Object request = context.codec().decode(frame.payload());
        Transport.Handler<Object, Object> handler = request == null ? null : context.handlers().request(request.getClass());
        if (handler == null) {
            answerFailure(frame.id(), ErrorCode.BAD_ARGUMENT, "this node has no handler for " + nameOf(request));
            return;
        }
        long dueNanos = context.env().time().nanos() + TimeUnit.MILLISECONDS.toNanos(frame.deadlineMillis());
        boolean taken = context.dispatcher().request(frame.nested(), () -> handle(frame.id(), request, handler, dueNanos));
        if (!taken) {
            context.meters().refused.increment();
            answerFailure(frame.id(), ErrorCode.LIMIT, "too many requests wait on the node that was asked (" + context.dispatcher().waiting()
                    + " waiting, " + context.dispatcher().running() + " running); try again later");
        }
    }

    private void handle(long id, Object request, Transport.Handler<Object, Object> handler, long dueNanos) {
        if (down != null || context.env().time().nanos() - dueNanos > 0) {
            return; // nobody waits for the answer any more
        }
        context.meters().served.increment();
        try {
            sink.send(new Frame.Answer(id, context.codec().encode(handler.handle(peer, request))));
        } catch (SsiException e) {
            answerFailure(id, e.code(), String.valueOf(e.getMessage()));
        } catch (Exception | Error e) {
            if ((e instanceof CompletionException || e instanceof ExecutionException) && e.getCause() instanceof SsiException inner) {
                answerFailure(id, inner.code(), String.valueOf(inner.getMessage()));
                return;
            }
            log.error("the handler of {} failed", nameOf(request), e);
            answerFailure(id, ErrorCode.INTERNAL, nameOf(request) + " failed on the node that was asked: " + e);
        }
    }

    private void answerFailure(long id, ErrorCode code, String message) {
        sink.send(new Frame.Failure(id, code.number(), message));
    }

    private void onOneWay(Frame.OneWay frame) {
        Object message = context.codec().decode(frame.payload());
        context.meters().oneWaysReceived.increment();
        BiConsumer<NodeId, Object> handler = message == null ? null : context.handlers().oneWay(message.getClass());
        if (handler == null) {
            throw new BadFrameException("message " + nameOf(message) + " has no receiver on this node");
        }
        if (!context.dispatcher().oneWay(new Lane(peer, message.getClass()), () -> handler.accept(peer, message))) {
            throw new BadFrameException(Dispatcher.LANE_MAX + " messages " + nameOf(message) + " wait to be handled, more than may");
        }
    }

    private void onOpen(Frame.Open frame) {
        if ((frame.stream() & 1) == streamParity || streams.containsKey(frame.stream())) {
            throw new BadFrameException("stream number " + frame.stream() + " is not the peer's to open");
        }
        Object header = context.codec().decode(frame.payload());
        Transport.StreamAcceptor<Object> acceptor = header == null ? null : context.handlers().acceptor(header.getClass());
        if (acceptor == null || streams.size() >= STREAMS_MAX) {
            sink.send(new Frame.Reset(frame.stream(), acceptor == null ? "this node accepts no stream " + nameOf(header)
                    : streams.size() + " streams are open, the most there may be"));
            return;
        }
        MuxStream stream = register(frame.stream());
        // As in call: down() may have looked through the streams already.
        String cause = down;
        if (cause != null) {
            stream.breakWith(cause);
            return;
        }
        context.dispatcher().own(() -> accept(header, acceptor, stream));
    }

    private void accept(Object header, Transport.StreamAcceptor<Object> acceptor, MuxStream stream) {
        try {
            acceptor.accepted(peer, header, stream);
        } catch (Exception | Error e) {
            log.warn("the acceptor of {} failed: {}", nameOf(header), e.toString());
            stream.reset(String.valueOf(e.getMessage() == null ? e : e.getMessage()));
        }
    }

    // ---- pending calls

    private void complete(long id, Object answer) {
        Pending call = pending.remove(id);
        if (call != null) {
            context.meters().callTime.record(context.env().time().nanos() - call.startNanos(), TimeUnit.NANOSECONDS);
            // On a worker: what depends on the future must not run on the link's own thread.
            context.dispatcher().own(() -> call.future().complete(answer));
        }
    }

    private void fail(long id, ErrorCode code, String message) {
        Pending call = pending.remove(id);
        if (call != null) {
            context.meters().callFailures.increment();
            context.dispatcher().own(() -> call.future().completeExceptionally(exception(code, message)));
        }
    }

    private static SsiException exception(ErrorCode code, String message) {
        return code == ErrorCode.OUTCOME_UNKNOWN ? new OutcomeUnknownException(message, null) : new SsiException(code, message);
    }

    private static <A> CompletableFuture<A> failed(ErrorCode code, String message) {
        return CompletableFuture.failedFuture(new SsiException(code, message));
    }

    private static String nameOf(Object message) {
        return message == null ? "null" : message.getClass().getSimpleName();
    }
}
