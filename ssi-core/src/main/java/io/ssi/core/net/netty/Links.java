package io.ssi.core.net.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.ssi.core.env.Timers;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.net.Transport;
import io.ssi.core.net.link.Frame;
import io.ssi.core.net.link.LinkChoice;
import io.ssi.core.net.link.LinkContext;
import io.ssi.core.net.link.LinkMeters;
import io.ssi.core.net.link.LinkSession;
import io.ssi.core.net.link.SerialLane;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The link table of one node: dials known peers, takes their connections, keeps one link each, tells listeners. Thread-safe. */
final class Links implements Connection.Owner {
    /** Connections that have not shown a certificate yet. */
    private static final int STRANGERS_MAX = 256;

    private static final int EVENTS_MAX = 100_000;

    /** The side with the higher number leaves the first attempt to the other, so that their connections seldom cross. */
    private static final Duration SECOND_MOVE = Duration.ofMillis(100);

    private static final Logger log = LoggerFactory.getLogger(Links.class);

    /** What is known of one node. */
    private static final class Peer {
        final NodeId node;
        InetSocketAddress address; // null: it is linked, but was never learnt or is forgotten
        Connection current;
        boolean dialling;
        final Set<Connection> unconfirmed = new HashSet<>(); // dialled by the peer
        int attempts;
        Timers.Timer retry;
        String lastFailure = "";

        Peer(NodeId node) {
            this.node = node;
        }

        LinkChoice.Seen seen() {
            return current == null ? null : new LinkChoice.Seen(current.instance(), current.dialled());
        }
    }

    private final TransportConfig config;
    private final Sockets sockets;
    private final Tls tls;
    private final LinkContext context;
    private final Refusals refusals;
    private final UUID instance = UUID.randomUUID();
    private final SerialLane events;
    private final List<Transport.LinkListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger strangers = new AtomicInteger();
    private final Map<NodeId, Peer> peers = new HashMap<>(); // this and below: guarded by this
    private final Map<Connection, CompletableFuture<Connection>> calls = new HashMap<>();
    private final Set<Connection> open = new HashSet<>();
    private InetSocketAddress address;
    private NodeId self;
    private boolean closed;

    Links(TransportConfig config, Sockets sockets, Tls tls, LinkContext context, Refusals refusals) {
        this.config = config;
        this.sockets = sockets;
        this.tls = tls;
        this.context = context;
        this.refusals = refusals;
        events = new SerialLane(context.dispatcher().workers(), EVENTS_MAX);
    }

    /** Where others reach this node; set once, before anything else. */
    synchronized void listening(InetSocketAddress where) {
        address = where;
    }

    synchronized NodeId self() {
        return self;
    }

    synchronized void identify(NodeId number) {
        if (self != null && !self.equals(number)) {
            throw new IllegalStateException("this is node " + self + ", it cannot become node " + number);
        }
        self = number;
    }

    void listen(Transport.LinkListener listener) {
        listeners.add(listener);
    }

    // ---- what the node knows

    synchronized void learn(NodeId node, InetSocketAddress where) {
        if (closed || node.equals(self)) {
            return;
        }
        if (self == null) {
            throw new IllegalStateException("a node without number links to nobody; call identify first");
        }
        Peer peer = peers.computeIfAbsent(node, Peer::new);
        boolean same = where.equals(peer.address);
        peer.address = where;
        if (peer.current == null && !(same && peer.dialling)) {
            peer.attempts = 0;
            schedule(peer, self.compareTo(node) < 0 || same ? Duration.ZERO : SECOND_MOVE);
        }
    }

    void forget(NodeId node) {
        Connection current;
        synchronized (this) {
            Peer peer = peers.get(node);
            if (peer == null) {
                return;
            }
            peer.address = null;
            cancelRetry(peer);
            current = peer.current;
            dropIfUnused(peer);
        }
        if (current != null) {
            current.close("node " + node + " was removed from the cluster");
        }
    }

    synchronized LinkSession session(NodeId node) {
        Peer peer = peers.get(node);
        return peer == null || peer.current == null ? null : peer.current.session();
    }

    /** Why there is no link, as a phrase. */
    synchronized String whyDown(NodeId node) {
        Peer peer = peers.get(node);
        if (peer == null) {
            return "it is not known here";
        }
        return peer.lastFailure.isEmpty() ? "the link is being made" : peer.lastFailure;
    }

    // ---- dialling

    private void schedule(Peer peer, Duration delay) {
        cancelRetry(peer);
        // On a worker: a host name may have to be looked up, which blocks.
        peer.retry = context.env().timers().after(delay, () -> context.dispatcher().workers().execute(() -> dial(peer)));
    }

    private static void cancelRetry(Peer peer) {
        if (peer.retry != null) {
            peer.retry.cancel();
            peer.retry = null;
        }
    }

    private void retryLater(Peer peer) {
        if (closed || peer.address == null || peer.current != null || peer.dialling) {
            return;
        }
        LinkTimings timings = config.timings();
        int limit = (int) Math.min(timings.backOffMax(), (long) timings.backOffMin() << Math.min(peer.attempts, 16));
        peer.attempts++;
        // Half fixed, half random: peers that lost each other together do not come back together.
        schedule(peer, Duration.ofMillis(limit / 2 + context.env().random().nextInt(limit / 2 + 1)));
    }

    private void dial(Peer peer) {
        InetSocketAddress to;
        synchronized (this) {
            if (closed || peer.address == null || peer.current != null || peer.dialling) {
                return;
            }
            peer.dialling = true;
            to = peer.address;
        }
        connect(to, Frame.Kind.LINK, peer, null);
    }

    /** A connection for one call, once it is up. */
    CompletableFuture<Connection> dialForCall(InetSocketAddress to) {
        CompletableFuture<Connection> up = new CompletableFuture<>();
        context.dispatcher().workers().execute(() -> connect(to, Frame.Kind.CALL, null, up));
        return up;
    }

    private void connect(InetSocketAddress to, Frame.Kind kind, Peer peer, CompletableFuture<Connection> up) {
        InetSocketAddress resolved = to.isUnresolved() ? new InetSocketAddress(to.getHostString(), to.getPort()) : to;
        String name = Refusals.text(to);
        if (resolved.isUnresolved()) {
            failed(peer, up, new SsiException(ErrorCode.NODE_DOWN, "no address is known for the host of " + name + "; check its name"));
            return;
        }
        if (config.bind().getAddress().isLoopbackAddress() && !resolved.getAddress().isLoopbackAddress()) {
            failed(peer, up, new SsiException(ErrorCode.BAD_CONFIG, "this node listens at " + config.bind().getHostString() + ", where " + name
                    + " cannot reach it; set address to one of this host in the network between the nodes"));
            return;
        }
        FrameSplitter splitter = new FrameSplitter();
        Connection connection = Connection.dialled(this, kind, peer == null ? null : peer.node, name, config.timings(), splitter);
        if (up != null) {
            synchronized (this) {
                calls.put(connection, up);
            }
        }
        InetSocketAddress from = config.bind().getAddress().isAnyLocalAddress() ? null : new InetSocketAddress(config.bind().getAddress(), 0);
        ChannelFuture connecting = sockets.connect(resolved, from, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext active) {
                install(active.channel(), connection, splitter);
                active.pipeline().remove(this);
            }
        });
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                synchronized (this) {
                    calls.remove(connection);
                }
                String reason = HandshakeFailure.reason(done.cause());
                failed(peer, up, reason.contains("refused") ? new SsiException(ErrorCode.NODE_DOWN, "no node listens at " + name + " (" + reason + ")", done.cause())
                        : new SsiException(ErrorCode.PEER_LOST, "no connection to " + name + ": " + reason, done.cause()));
            }
        });
    }

    private void failed(Peer peer, CompletableFuture<Connection> up, SsiException why) {
        if (up != null) {
            context.dispatcher().workers().execute(() -> up.completeExceptionally(why));
            return;
        }
        boolean news;
        synchronized (this) {
            peer.dialling = false;
            news = !why.getMessage().equals(peer.lastFailure);
            peer.lastFailure = why.getMessage();
            retryLater(peer);
            dropIfUnused(peer);
        }
        if (news) {
            log.info("node {} cannot be reached: {}; trying again", peer.node, why.getMessage());
        }
    }

    // ---- accepting

    ChannelHandler acceptor() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext active) {
                Channel channel = active.channel();
                if (strangers.get() >= STRANGERS_MAX) {
                    refusals.add(Refusals.text(channel.remoteAddress()), STRANGERS_MAX + " connections have not shown a certificate yet");
                    channel.close();
                    return;
                }
                strangers.incrementAndGet();
                FrameSplitter splitter = new FrameSplitter();
                Connection connection = Connection.accepted(Links.this, Refusals.text(channel.remoteAddress()), config.timings(), splitter);
                install(channel, connection, splitter);
                active.pipeline().remove(this);
            }
        };
    }

    private void install(Channel channel, Connection connection, FrameSplitter splitter) {
        boolean late;
        synchronized (this) {
            late = closed;
            open.add(connection);
        }
        SslHandler handler = tls.handler(channel.alloc(), connection.dialled());
        Connection.configure(handler, config.timings());
        channel.pipeline().addLast(handler, splitter, connection);
        if (late) {
            channel.close();
        }
    }

    // ---- what connections ask and tell

    @Override
    public synchronized Frame.Hello hello(Frame.Kind kind) {
        return new Frame.Hello(Frame.PROTOCOL, kind, context.codec().fingerprint(), instance, self == null ? 0 : self.number(),
                address.getHostString(), address.getPort());
    }

    @Override
    public Frame.Bye check(Frame.Hello hello, Connection connection) {
        if (!connection.dialled()) {
            strangers.decrementAndGet();
        }
        Frame.Bye bye = refusal(hello, connection);
        if (bye != null && bye.code() != 0 && !connection.dialled()) {
            context.meters().refusals.increment();
            refusals.add(hello.host() + ":" + hello.port(), bye.reason());
        }
        return bye;
    }

    private synchronized Frame.Bye refusal(Frame.Hello hello, Connection connection) {
        if (hello.protocol() != Frame.PROTOCOL || hello.registry() != context.codec().fingerprint()) {
            return bye(ErrorCode.BAD_FRAME, "the two nodes run different versions of ssi (protocols " + hello.protocol() + " and " + Frame.PROTOCOL
                    + ", messages " + Long.toHexString(hello.registry()) + " and " + Long.toHexString(context.codec().fingerprint())
                    + "); install the same on both");
        }
        if (hello.kind() == Frame.Kind.CALL) {
            return hello.node() > NodeId.MAX ? bye(ErrorCode.BAD_FRAME, "node number " + hello.node() + " is over " + NodeId.MAX) : null;
        }
        if (self == null || hello.node() == 0) {
            return new Frame.Bye(0, "one of the two nodes has no number yet");
        }
        if (hello.node() == self.number()) {
            return bye(ErrorCode.BAD_ARGUMENT, "two daemons claim to be node " + self + " (the other at " + hello.host() + ":" + hello.port()
                    + "); stop one and give it a state directory of its own");
        }
        if (hello.node() > NodeId.MAX || connection.expected() != null && connection.expected().number() != hello.node()) {
            return bye(ErrorCode.NO_SUCH_NODE, "node " + hello.node() + " listens at " + connection.address() + ", not node " + connection.expected());
        }
        if (!connection.dialled()) {
            peers.computeIfAbsent(new NodeId(hello.node()), Peer::new).unconfirmed.add(connection);
        }
        return null;
    }

    private static Frame.Bye bye(ErrorCode code, String reason) {
        return new Frame.Bye(code.number(), reason);
    }

    @Override
    public LinkSession session(Connection connection) {
        NodeId node = connection.peerNode();
        String name = node == null ? "the node at " + connection.address() : "node " + node;
        return new LinkSession(node, name, connection.dialled(), context, connection);
    }

    @Override
    public boolean up(Connection connection) {
        if (connection.peer().kind() == Frame.Kind.CALL) {
            CompletableFuture<Connection> call;
            synchronized (this) {
                call = calls.remove(connection);
            }
            if (call != null) {
                context.dispatcher().workers().execute(() -> call.complete(connection));
            }
            return true;
        }
        Connection old;
        synchronized (this) {
            Peer peer = peers.get(connection.peerNode());
            if (peer == null || closed) {
                return false;
            }
            boolean taken = connection.dialled()
                    ? LinkChoice.confirm(self.number(), peer.node.number(), peer.seen(), connection.instance(), !peer.unconfirmed.isEmpty())
                    : LinkChoice.take(self.number(), peer.node.number(), peer.seen(), connection.instance());
            if (!taken) {
                return false;
            }
            old = peer.current;
            peer.current = connection;
            peer.unconfirmed.remove(connection);
            peer.attempts = 0;
            peer.lastFailure = "";
            cancelRetry(peer);
            if (old == null || !old.instance().equals(connection.instance())) {
                if (old != null) {
                    tell(peer.node, false, "node " + peer.node + " was restarted");
                }
                tell(peer.node, true, (connection.dialled() ? "linked to " : "linked from ") + connection.peer().host() + ":" + connection.peer().port());
            }
        }
        if (old != null) {
            old.close("replaced by a newer connection");
        }
        return true;
    }

    @Override
    public void over(Connection connection, boolean wasUp, SsiException why) {
        CompletableFuture<Connection> call;
        synchronized (this) {
            open.remove(connection);
            call = calls.remove(connection);
            if (connection.expected() != null || connection.peer() != null && connection.peer().kind() == Frame.Kind.LINK) {
                linkOver(connection, why);
            }
        }
        if (call != null) {
            context.dispatcher().workers().execute(() -> call.completeExceptionally(why));
        }
        if (!connection.dialled() && connection.peer() == null) {
            strangers.decrementAndGet();
            if (!why.getMessage().equals(Connection.CLOSED_BY_PEER)) {
                context.meters().refusals.increment();
                refusals.add(connection.address(), why.getCause() == null ? why.getMessage() : HandshakeFailure.accepting(why.getCause()));
            }
        }
    }

    private void linkOver(Connection connection, SsiException why) {
        Peer peer = peers.get(connection.expected() != null ? connection.expected() : connection.peerNode());
        if (peer == null) {
            return;
        }
        peer.unconfirmed.remove(connection);
        if (connection.expected() != null) {
            peer.dialling = false;
        }
        if (peer.current == connection) {
            peer.current = null;
            peer.lastFailure = why.getMessage();
            tell(peer.node, false, "link to " + connection.peer().host() + ":" + connection.peer().port() + " broke: " + why.getMessage());
        } else if (connection.expected() != null && peer.current == null && !why.getMessage().equals(Connection.ANOTHER)) {
            if (!why.getMessage().equals(peer.lastFailure)) {
                log.info("node {} cannot be reached: {}; trying again", peer.node, why.getMessage());
            }
            peer.lastFailure = why.getMessage();
        }
        retryLater(peer);
        dropIfUnused(peer);
    }

    private void dropIfUnused(Peer peer) {
        if (peer.address == null && peer.current == null && peer.unconfirmed.isEmpty() && !peer.dialling) {
            peers.remove(peer.node, peer);
        }
    }

    /** Called with the lock held, so that listeners hear changes in the order in which they happened. */
    private void tell(NodeId node, boolean up, String cause) {
        if (closed) {
            return;
        }
        (up ? context.meters().linksUp : context.meters().linksDown).increment();
        log.info("node {} is {}: {}", node, up ? "linked" : "cut off", cause);
        events.offer(() -> listeners.forEach(listener -> listener.linkChanged(node, up, cause)));
    }

    @Override
    public String keyFingerprint() {
        return config.key().fingerprint();
    }

    @Override
    public LinkMeters meters() {
        return context.meters();
    }

    /** Tells every peer, closes every connection. */
    void close() {
        List<Connection> all;
        synchronized (this) {
            closed = true;
            peers.values().forEach(Links::cancelRetry);
            all = new ArrayList<>(open);
        }
        all.forEach(connection -> connection.close("the node stops"));
    }
}
