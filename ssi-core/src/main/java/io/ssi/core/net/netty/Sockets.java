package io.ssi.core.net.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Event loops and sockets: native epoll where it loads, NIO elsewhere. */
final class Sockets implements AutoCloseable {
    private static final int LOOPS = 2;
    private static final int BACKLOG = 256;

    /** Bulk data waits in this process, where messages overtake it, rather than in the kernel. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);
    private static final long UNSENT_IN_KERNEL_MAX = 256 * 1024;

    /** The kernel's own limit is only a last resort: the link's watch is earlier and can say what happened. */
    private static final int USER_TIMEOUT_EXTRA_MILLIS = 5000;

    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup loops;
    private final LinkTimings timings;
    private final Bootstrap dialling;

    Sockets(LinkTimings timings) {
        this.timings = timings;
        loops = new MultiThreadIoEventLoopGroup(LOOPS, new DefaultThreadFactory("ssi-net", true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        dialling = new Bootstrap().group(loops).channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true).option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timings.connect());
        if (epoll) {
            dialling.option(EpollChannelOption.TCP_USER_TIMEOUT, timings.hung() + USER_TIMEOUT_EXTRA_MILLIS).option(EpollChannelOption.TCP_NOTSENT_LOWAT, UNSENT_IN_KERNEL_MAX);
        }
    }

    boolean epoll() {
        return epoll;
    }

    /** Listens; throws PORT_TAKEN or CANNOT_START. Each connection gets a handler of its own. */
    Channel listen(InetSocketAddress bind, Supplier<ChannelHandler> handler) {
        ServerBootstrap server = new ServerBootstrap().group(loops).channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG).option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true).childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(handler.get());
                    }
                });
        if (epoll) {
            server.childOption(EpollChannelOption.TCP_USER_TIMEOUT, timings.hung() + USER_TIMEOUT_EXTRA_MILLIS).childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, UNSENT_IN_KERNEL_MAX);
        }
        ChannelFuture bound = server.bind(bind).awaitUninterruptibly();
        if (bound.isSuccess()) {
            return bound.channel();
        }
        String address = Refusals.text(bind);
        String reason = HandshakeFailure.reason(bound.cause());
        if (reason.contains("in use")) {
            throw new SsiException(ErrorCode.PORT_TAKEN, "port " + bind.getPort() + " of " + bind.getHostString()
                    + " is taken by another program; stop it (ss -ltnp shows it) or set another port", bound.cause());
        }
        throw new SsiException(ErrorCode.CANNOT_START, "cannot listen at " + address + ": " + reason + "; set address to one of this host", bound.cause());
    }

    /** Connects from a local address (so that the other side sees the node's own), or any when null. */
    ChannelFuture connect(InetSocketAddress to, InetSocketAddress from, ChannelHandler handler) {
        Bootstrap one = dialling.clone().handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handler);
            }
        });
        return from == null ? one.connect(to) : one.connect(to, from);
    }

    /** What the kernel knows of a connection; null without epoll. */
    static EpollTcpInfo tcpInfo(Channel channel) {
        return channel instanceof EpollSocketChannel socket && socket.isOpen() ? socket.tcpInfo() : null;
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
