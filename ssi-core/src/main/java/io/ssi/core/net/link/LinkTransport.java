package io.ssi.core.net.link;

import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.net.ByteStream;
import io.ssi.core.net.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** What is the same however frames travel: every call, message and stream goes to the session of the link to its node. */
public abstract class LinkTransport implements Transport {
    protected final LinkContext context;

    protected LinkTransport(LinkContext context) {
        this.context = context;
    }

    /** The link to a node, itself included, or null when there is none. Does not block. */
    protected abstract LinkSession session(NodeId to);

    /** PEER_LOST, with why there is no link. */
    protected abstract SsiException lost(NodeId to);

    @Override
    public boolean isUp(NodeId node) {
        return session(node) != null;
    }

    @Override
    public <A> CompletableFuture<A> call(NodeId to, Request<A> request, Duration deadline) {
        LinkSession session = session(to);
        return session == null ? CompletableFuture.failedFuture(lost(to)) : session.call(request, deadline);
    }

    @Override
    public void send(NodeId to, Message message) {
        LinkSession session = session(to);
        if (session == null) {
            context.meters().oneWaysLost.increment();
        } else {
            session.send(message);
        }
    }

    @Override
    public ByteStream open(NodeId to, Message header) {
        LinkSession session = session(to);
        if (session == null) {
            throw lost(to);
        }
        return session.open(header);
    }

    @Override
    public <A, R extends Request<A>> void serve(Class<R> type, Handler<R, A> handler) {
        context.handlers().serve(type, handler);
    }

    @Override
    public <M extends Message> void receive(Class<M> type, BiConsumer<NodeId, M> handler) {
        context.handlers().receive(type, handler);
    }

    @Override
    public <M extends Message> void accept(Class<M> headerType, StreamAcceptor<M> acceptor) {
        context.handlers().accept(headerType, acceptor);
    }
}
