package io.ssi.core.net.netty;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.ssi.core.env.SystemEnv;
import io.ssi.core.env.Timers;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.metrics.Meters;
import io.ssi.core.net.MessageRegistry;
import io.ssi.core.net.link.Dispatcher;
import io.ssi.core.net.link.Handlers;
import io.ssi.core.net.link.LinkContext;
import io.ssi.core.net.link.LinkMeters;
import io.ssi.core.net.link.LinkSession;
import io.ssi.core.net.link.LinkTransport;
import io.ssi.core.net.link.LocalLink;
import io.ssi.core.net.link.MessageCodec;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data plane on one port. Handlers run on virtual threads. */
public final class NettyTransport extends LinkTransport {
    private static final Logger log = LoggerFactory.getLogger(NettyTransport.class);

    private final SystemEnv env;
    private final Refusals refusals;
    private final Sockets sockets;
    private final Links links;
    private final Channel listening;
    private final InetSocketAddress address;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile LocalLink toSelf;

    /**
     * Listens and is ready to join or be joined. Throws PORT_TAKEN, or CANNOT_START when it cannot listen for another reason. The
     * registry must be complete by now.
     */
    public static NettyTransport start(TransportConfig config, MessageRegistry registry, MeterRegistry meterRegistry) {
        if (config.advertised() == null && config.bind().getAddress().isAnyLocalAddress()) {
            throw new SsiException(ErrorCode.BAD_CONFIG, "address " + config.bind().getHostString()
                    + " means every interface; set address to the one that other nodes reach this host at");
        }
        Meters meters = new Meters(meterRegistry);
        ThreadFactory threads = Thread.ofVirtual().name("ssi-worker-", 0).factory();
        Dispatcher dispatcher = new Dispatcher(task -> threads.newThread(task).start());
        meters.gauge("net.handlers.running", "requests of other nodes being handled", dispatcher::running);
        meters.gauge("net.handlers.waiting", "requests of other nodes waiting to be handled", dispatcher::waiting);
        SystemEnv env = new SystemEnv();
        return new NettyTransport(config, env, new LinkContext(new MessageCodec(registry), new Handlers(), dispatcher, env, new LinkMeters(meters)));
    }

    private NettyTransport(TransportConfig config, SystemEnv env, LinkContext context) {
        super(context);
        this.env = env;
        refusals = new Refusals(env.time());
        Tls tls = new Tls(config.key(), config.name());
        sockets = new Sockets(config.timings());
        links = new Links(config, sockets, tls, context, refusals);
        try {
            listening = sockets.listen(config.bind(), links::acceptor);
        } catch (SsiException e) {
            sockets.close();
            env.close();
            throw e;
        }
        InetSocketAddress bound = (InetSocketAddress) listening.localAddress();
        address = config.advertised() != null ? config.advertised() : bound;
        links.listening(address);
        log.info("listening at {} ({}), key {}", Refusals.text(bound), sockets.epoll() ? "epoll" : "NIO", config.key().fingerprint());
    }

    @Override
    public NodeId self() {
        return links.self();
    }

    @Override
    public synchronized void identify(NodeId self) {
        links.identify(self);
        if (toSelf == null) {
            toSelf = LocalLink.toSelf(self, context);
        }
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void learn(NodeId node, InetSocketAddress where) {
        links.learn(node, where);
    }

    @Override
    public void forget(NodeId node) {
        links.forget(node);
    }

    @Override
    public void onLink(LinkListener listener) {
        links.listen(listener);
    }

    @Override
    public <A> CompletableFuture<A> callAddress(InetSocketAddress to, Request<A> request, Duration deadline) {
        long due = System.nanoTime() + deadline.toNanos();
        CompletableFuture<A> answer = new CompletableFuture<>();
        CompletableFuture<Connection> dialling = links.dialForCall(to);
        Timers.Timer timer = env.timers().after(deadline, () -> context.dispatcher().workers().execute(() -> answer.completeExceptionally(
                new SsiException(ErrorCode.TIMEOUT, Refusals.text(to) + " did not answer within " + deadline.toMillis() + " ms"))));
        dialling.thenCompose(connection -> connection.session().call(request, Duration.ofNanos(Math.max(1_000_000, due - System.nanoTime()))))
                .whenComplete((value, failure) -> {
                    if (failure == null) {
                        answer.complete(value);
                    } else {
                        answer.completeExceptionally(failure.getCause() instanceof SsiException inner ? inner : failure);
                    }
                });
        answer.whenComplete((_, _) -> {
            timer.cancel();
            dialling.thenAccept(connection -> connection.close("the call is over"));
        });
        return answer;
    }

    @Override
    public List<Refusal> refusals() {
        return refusals.all();
    }

    @Override
    protected LinkSession session(NodeId node) {
        LocalLink own = toSelf;
        if (closed.get()) {
            return null;
        }
        return own != null && node.equals(own.first().peer()) ? own.first() : links.session(node);
    }

    @Override
    protected SsiException lost(NodeId to) {
        return new SsiException(ErrorCode.PEER_LOST, closed.get() ? "this node stops; nothing was sent"
                : "no link to node " + to + ": " + links.whyDown(to) + "; nothing was sent");
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        listening.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        links.close();
        if (toSelf != null) {
            toSelf.close("the node stops");
        }
        sockets.close();
        env.close();
        log.info("closed {}", Refusals.text(address));
    }
}
