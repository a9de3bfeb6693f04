package io.ssi.core.net.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.net.link.BadFrameException;
import io.ssi.core.net.link.FairQueue;
import io.ssi.core.net.link.Frame;
import io.ssi.core.net.link.FrameCodec;
import io.ssi.core.net.link.FrameSink;
import io.ssi.core.net.link.HostWatch;
import io.ssi.core.net.link.LinkMeters;
import io.ssi.core.net.link.LinkSession;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * One TLS connection from its first byte to its last: handshake, hellos, then a {@link LinkSession}. State changes happen on the
 * connection's event loop; sending may happen anywhere.
 */
final class Connection extends ChannelInboundHandlerAdapter implements FrameSink {
    /** Unsent bytes from which on new requests are refused. */
    private static final long CONGESTED_BYTES = 16L << 20;

    /** Unsent bytes at which the connection is given up: one-way messages must not be dropped silently. */
    private static final long UNSENT_BYTES_MAX = 64L << 20;

    private static final long CLOSE_MILLIS = 500;

    static final String CLOSED_BY_PEER = "connection closed by the peer";
    static final String ANOTHER = "another connection of the two nodes is their link";

    private enum Stage { TLS, HELLO, CHOICE, UP, OVER }

    /** What a connection asks of and tells to its node. Called on the event loop; must not block. */
    interface Owner {
        Frame.Hello hello(Frame.Kind kind);

        /** Null to go on, or why this hello is refused. */
        Frame.Bye check(Frame.Hello hello, Connection connection);

        /** Both sides said hello and, if it was dialled from there, the peer confirmed: is this to be the link (or a call's connection) now? */
        boolean up(Connection connection);

        /** Called once, whether or not it was up; the error says why. */
        void over(Connection connection, boolean wasUp, SsiException why);

        LinkSession session(Connection connection);

        String keyFingerprint();

        LinkMeters meters();
    }

    private final Owner owner;
    private final Frame.Kind kind; // of a dialled connection; null where only the hello will tell
    private final NodeId expected;
    private final String address;
    private final LinkTimings timings;
    private final FrameSplitter splitter;
    private final HostWatch hostWatch;
    private final FairQueue inTurn = new FairQueue(); // guarded by itself
    private boolean pumping; // guarded by inTurn

    private volatile Channel channel;
    private volatile LinkSession session;
    private volatile Frame.Hello peer;
    private Stage stage = Stage.TLS; // this and below: event loop only
    private ScheduledFuture<?> timer;
    private boolean heard;
    private int silentPings;

    private Connection(Owner owner, Frame.Kind kind, NodeId expected, String address, LinkTimings timings, FrameSplitter splitter) {
        this.owner = owner;
        this.kind = kind;
        this.expected = expected;
        this.address = address;
        this.timings = timings;
        this.splitter = splitter;
        hostWatch = new HostWatch(timings.hostSilence());
    }

    static Connection dialled(Owner owner, Frame.Kind kind, NodeId expected, String address, LinkTimings timings, FrameSplitter splitter) {
        return new Connection(owner, kind, expected, address, timings, splitter);
    }

    static Connection accepted(Owner owner, String address, LinkTimings timings, FrameSplitter splitter) {
        return new Connection(owner, null, null, address, timings, splitter);
    }

    boolean dialled() {
        return kind != null;
    }

    /** Who should be at the other end of a dialled link; null for a call or an accepted connection. */
    NodeId expected() {
        return expected;
    }

    /** What the peer said of itself; null before it did. */
    Frame.Hello peer() {
        return peer;
    }

    NodeId peerNode() {
        return peer == null || peer.node() == 0 ? null : new NodeId(peer.node());
    }

    UUID instance() {
        return peer.instance();
    }

    /** {@code host:port} of the other end of the socket. */
    String address() {
        return address;
    }

    /** Null until it is up. */
    LinkSession session() {
        return session;
    }

    // ---- the life of the connection, on its event loop

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
        timer = context.executor().schedule(() -> {
            if (stage != Stage.UP) {
                end(new SsiException(ErrorCode.PEER_LOST, "no greeting from " + address + " within " + timings.handshake() + " ms"), true);
            }
        }, timings.handshake(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (!done.isSuccess()) {
                end(HandshakeFailure.dialling(address, done.cause(), owner.keyFingerprint()), false);
            } else if (stage == Stage.TLS) {
                stage = Stage.HELLO;
                if (dialled()) {
                    write(owner.hello(kind));
                }
            }
        }
        super.userEventTriggered(context, event);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Frame frame = (Frame) message;
        heard = true;
        owner.meters().framesIn.increment();
        owner.meters().bytesIn.increment(frame.payload().length);
        if (frame instanceof Frame.Bye bye) {
            end(new SsiException(bye.code() == 0 ? ErrorCode.PEER_LOST : ErrorCode.of(bye.code()), bye.reason()), false);
            return;
        }
        switch (stage) {
            case HELLO -> onHello(frame);
            case CHOICE -> onChoice(frame);
            case UP -> onUp(frame);
            case TLS, OVER -> { }
        }
    }

    private void onHello(Frame frame) {
        if (!(frame instanceof Frame.Hello hello)) {
            throw new BadFrameException("the first frame is no hello but " + frame.getClass().getSimpleName());
        }
        peer = hello;
        Frame.Bye refusal = owner.check(hello, this);
        if (refusal != null) {
            write(refusal);
            end(new SsiException(ErrorCode.of(refusal.code()), refusal.reason()), false);
            return;
        }
        splitter.greeted();
        if (dialled()) {
            becomeUp();
            return;
        }
        write(owner.hello(hello.kind()));
        stage = Stage.CHOICE;
        if (hello.kind() == Frame.Kind.CALL) {
            becomeUp();
        }
    }

    private void onChoice(Frame frame) {
        if (!(frame instanceof Frame.Confirm)) {
            throw new BadFrameException(frame.getClass().getSimpleName() + " before the connection was confirmed");
        }
        becomeUp();
    }

    private void becomeUp() {
        session = owner.session(this);
        if (!owner.up(this)) {
            end(new SsiException(ErrorCode.PEER_LOST, ANOTHER), false);
            return;
        }
        stage = Stage.UP;
        if (kind == Frame.Kind.LINK) {
            // Others may be sending already, but from their threads: what they write comes after this.
            write(new Frame.Confirm());
        }
        timer.cancel(false);
        timer = channel.eventLoop().scheduleWithFixedDelay(this::ping, timings.ping(), timings.ping(), TimeUnit.MILLISECONDS);
    }

    private void onUp(Frame frame) {
        switch (frame) {
            case Frame.Ping ping -> send(new Frame.Pong(ping.token()));
            case Frame.Pong pong -> owner.meters().roundTrip.record(System.nanoTime() - pong.token(), TimeUnit.NANOSECONDS);
            default -> session.onFrame(frame);
        }
    }

    private void ping() {
        // Counted in pings, not by the clock: after a pause of this process the peer's frames wait in the kernel unread.
        silentPings = heard ? 0 : silentPings + 1;
        heard = false;
        if ((long) silentPings * timings.ping() >= timings.hung()) {
            end(new SsiException(ErrorCode.PEER_LOST, "no answer for " + timings.hung() + " ms, though its host is there"), false);
            return;
        }
        EpollTcpInfo info = Sockets.tcpInfo(channel);
        if (info != null && hostWatch.gone(info.unacked(), info.probes(), info.lastDataSent(), info.lastAckRecv())) {
            end(new SsiException(ErrorCode.PEER_LOST, "its host has not answered for " + info.lastAckRecv() + " ms"), false);
            return;
        }
        send(new Frame.Ping(System.nanoTime()));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        end(new SsiException(ErrorCode.PEER_LOST, CLOSED_BY_PEER), false);
        super.channelInactive(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
        pump();
        super.channelWritabilityChanged(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable inner = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (inner instanceof BadFrameException bad) {
            end(bad, true);
        } else if (stage == Stage.UP) {
            end(new SsiException(ErrorCode.PEER_LOST, HandshakeFailure.reason(inner), inner), false);
        } else {
            end(HandshakeFailure.dialling(address, inner, owner.keyFingerprint()), false);
        }
    }

    /** Tells the node at once, then closes the socket, however long that takes. */
    private void end(SsiException why, boolean sayBye) {
        if (stage == Stage.OVER) {
            return;
        }
        boolean wasUp = stage == Stage.UP;
        if (sayBye && stage != Stage.TLS) {
            write(new Frame.Bye(why.code().number(), why.getMessage()));
        }
        stage = Stage.OVER;
        timer.cancel(false);
        if (session != null) {
            session.down(why.getMessage());
        }
        if (wasUp && !sayBye) {
            // Nobody reads any more: without TLS's own farewell, which would wait for the socket to take it.
            channel.pipeline().context(SslHandler.class).close();
        } else {
            channel.close();
        }
        owner.over(this, wasUp, why);
    }

    // ---- sending, from any thread

    @Override
    public void send(Frame frame) {
        if (unsentBytes() > UNSENT_BYTES_MAX) {
            abort(UNSENT_BYTES_MAX + " bytes wait for the peer, which does not read");
            return;
        }
        write(frame);
    }

    private void write(Frame frame) {
        owner.meters().framesOut.increment();
        owner.meters().bytesOut.increment(FrameCodec.size(frame));
        channel.writeAndFlush(buffer(frame));
    }

    @Override
    public void sendInTurn(long stream, Frame frame) {
        synchronized (inTurn) {
            inTurn.add(stream, frame);
            if (pumping) {
                return;
            }
            pumping = true;
        }
        channel.eventLoop().execute(() -> {
            synchronized (inTurn) {
                pumping = false;
            }
            pump();
        });
    }

    /** As long as the socket takes it, one frame of each stream in turn. */
    private void pump() {
        boolean wrote = false;
        while (channel.isWritable()) {
            Frame frame;
            synchronized (inTurn) {
                frame = inTurn.poll();
            }
            if (frame == null) {
                break;
            }
            owner.meters().framesOut.increment();
            owner.meters().bytesOut.increment(FrameCodec.size(frame));
            channel.write(buffer(frame));
            wrote = true;
        }
        if (wrote) {
            channel.flush();
        }
    }

    private static ByteBuf buffer(Frame frame) {
        return frame.payload().length == 0 ? Unpooled.wrappedBuffer(FrameCodec.head(frame))
                : Unpooled.wrappedBuffer(FrameCodec.head(frame), frame.payload());
    }

    private long unsentBytes() {
        long bytes = channel.bytesBeforeWritable();
        return bytes == Long.MAX_VALUE ? 0 : bytes; // so says a channel that is closed
    }

    @Override
    public boolean congested() {
        return unsentBytes() > CONGESTED_BYTES;
    }

    @Override
    public void abort(String sentence) {
        channel.eventLoop().execute(() -> end(new SsiException(ErrorCode.BAD_FRAME, sentence), true));
    }

    /** Ends it in order: the peer is told the reason. */
    void close(String reason) {
        channel.eventLoop().execute(() -> end(new SsiException(ErrorCode.PEER_LOST, reason), true));
    }

    static void configure(SslHandler tls, LinkTimings timings) {
        tls.setHandshakeTimeoutMillis(timings.handshake());
        tls.setCloseNotifyFlushTimeoutMillis(CLOSE_MILLIS);
    }
}
