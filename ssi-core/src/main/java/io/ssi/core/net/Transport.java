package io.ssi.core.net;

import io.ssi.core.id.NodeId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/**
 * The data plane between daemons: one authenticated, encrypted link per node pair that carries requests, one-way
 * messages and flow-controlled byte streams. All methods are thread-safe and none blocks. Handlers run on the transport's
 * worker threads (never on an event loop), so a handler may block; a request sent from inside a handler has priority over
 * fresh ones, so nested calls cannot dead-lock behind throttled ones.
 */
public interface Transport extends AutoCloseable {
    /** This node; known only after it joined. */
    NodeId self();

    /** Address other nodes reach us at. */
    InetSocketAddress address();

    /** Tells where a node listens; the link is made at once and kept until {@link #forget}. */
    void learn(NodeId node, InetSocketAddress address);

    void forget(NodeId node);

    boolean isUp(NodeId node);

    /** Called with (node, true) when its link came up and (node, false) when it went down. Never from inside {@code learn}. */
    void onLink(BiConsumer<NodeId, Boolean> listener);

    /**
     * Sends a request. The future fails with an {@link io.ssi.core.error.SsiException}: PEER_LOST when there is no link or it
     * breaks (the request may have been executed), TIMEOUT at the deadline, or the code that the handler threw.
     */
    <A> CompletableFuture<A> call(NodeId to, Request<A> request, Duration deadline);

    /** Sends without an answer; lost when the link is down. Order per node pair is kept. */
    void send(NodeId to, Message message);

    /** Registers the one handler of a request type; its exception is sent back as code and message. */
    <A, R extends Request<A>> void serve(Class<R> type, Handler<R, A> handler);

    /** Registers the one handler of a one-way message type. Messages of one type from one node are handled in order. */
    <M extends Message> void receive(Class<M> type, BiConsumer<NodeId, M> handler);

    /** Opens a byte stream; the header tells the other side what it is for. Bytes wait for the peer's window. */
    ByteStream open(NodeId to, Message header);

    /** Registers the one acceptor of streams with this header type. */
    <M extends Message> void accept(Class<M> headerType, StreamAcceptor<M> acceptor);

    @Override
    void close();

    /** Marker of everything that travels; each class is registered with the codec by a number that never changes. */
    interface Message {}

    /** A message that is answered with an {@code A} (null allowed). */
    interface Request<A> extends Message {}

    interface Handler<R, A> {
        A handle(NodeId from, R request) throws Exception;
    }

    interface StreamAcceptor<M> {
        /** Called on a worker thread of its own; may use the stream until it returns, and longer. */
        void accepted(NodeId from, M header, ByteStream stream) throws Exception;
    }
}
