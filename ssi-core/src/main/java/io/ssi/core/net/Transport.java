package io.ssi.core.net;

import io.ssi.core.id.NodeId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/**
 * The data plane between daemons: one authenticated, encrypted link per node pair that carries requests, one-way
 * messages and flow-controlled byte streams. All methods are thread-safe and none blocks. Handlers run on the transport's
 * worker threads (never on an event loop), so a handler may block; a request sent from inside a handler has priority over
 * fresh ones, so nested calls cannot dead-lock behind throttled ones (made on the handler's own thread; what it hands to another
 * thread counts as fresh). A message has at most 4 MiB; what is larger travels in a stream. A node may call and message itself.
 */
public interface Transport extends AutoCloseable {
    /** This node's number; null before {@link #identify}. */
    NodeId self();

    /**
     * Tells who this node is, once the cluster gave it a number. Call it once, before the first {@link #learn}. A second
     * call with the same number changes nothing, with another number it throws IllegalStateException.
     */
    void identify(NodeId self);

    /** Address other nodes reach us at. */
    InetSocketAddress address();

    /** Tells where a node listens; the link is made at once and kept until {@link #forget}. */
    void learn(NodeId node, InetSocketAddress address);

    void forget(NodeId node);

    boolean isUp(NodeId node);

    /**
     * Registers a listener of link changes. It is called on one thread, in order per node, never from inside
     * {@code learn}; it must not block. A peer that restarted is told as down, then up.
     */
    void onLink(LinkListener listener);

    /**
     * Sends a request. The future fails with an {@link io.ssi.core.error.SsiException}: PEER_LOST when there is no link or it
     * breaks (the request may have been executed), TIMEOUT at the deadline, or the code that the handler threw.
     */
    <A> CompletableFuture<A> call(NodeId to, Request<A> request, Duration deadline);

    /**
     * Sends a request to whoever listens at an address, over a link of its own that ends with the answer. For joining: the
     * number of either side need not be known. Fails as {@link #call} does, with NODE_DOWN when the host is not known or nobody
     * listens there, and with BAD_KEY when the other side has another cluster key. The handler there sees {@code from} as null while this node has no number.
     */
    <A> CompletableFuture<A> callAddress(InetSocketAddress address, Request<A> request, Duration deadline);

    /** Sends without an answer; lost when the link is down. Order per node pair is kept. */
    void send(NodeId to, Message message);

    /**
     * Registers the one handler of a request type; its exception is sent back as code and message. Up to 256 fresh requests of
     * all nodes are handled at once, 4096 more wait (then LIMIT): a handler shall not wait for what may take minutes, but
     * answer and send a message later.
     */
    <A, R extends Request<A>> void serve(Class<R> type, Handler<R, A> handler);

    /** Registers the one handler of a one-way message type. Messages of one type from one node are handled in order. */
    <M extends Message> void receive(Class<M> type, BiConsumer<NodeId, M> handler);

    /**
     * Opens a byte stream; the header tells the other side what it is for. Bytes wait for the peer's window. Any protocol
     * of its own (the relayed connections of the control plane) travels in one. Throws PEER_LOST when the link is down.
     */
    ByteStream open(NodeId to, Message header);

    /** Registers the one acceptor of streams with this header type. */
    <M extends Message> void accept(Class<M> headerType, StreamAcceptor<M> acceptor);

    /** Connections that were refused (another cluster key, no TLS, another version ...), oldest first; the last {@value #REFUSALS_MAX}. */
    List<Refusal> refusals();

    /** Closes every link and the port. Pending calls fail with PEER_LOST. Idempotent; waits a bounded time for workers. */
    @Override
    void close();

    /** Most refusals remembered for the status. */
    int REFUSALS_MAX = 64;

    /** One refused connection: when, from where, and why in one sentence. */
    record Refusal(long atMillis, String address, String reason) {}

    interface LinkListener {
        /** The cause is a sentence for the history, for example {@code link to 10.0.0.3:7700 broke: connection reset}. */
        void linkChanged(NodeId node, boolean up, String cause);
    }

    /** Marker of everything that travels; each class is registered with the codec by a number that never changes. */
    interface Message {}

    /** A message that is answered with an {@code A} (null allowed). */
    interface Request<A> extends Message {}

    interface Handler<R, A> {
        /** {@code from} is null for a caller that came through {@link #callAddress} and has no number yet. */
        A handle(NodeId from, R request) throws Exception;
    }

    interface StreamAcceptor<M> {
        /** Called on a worker thread of its own; may use the stream until it returns, and longer. */
        void accepted(NodeId from, M header, ByteStream stream) throws Exception;
    }
}
