package io.ssi.core.net;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.metrics.Meters;
import io.ssi.core.net.link.Dispatcher;
import io.ssi.core.net.link.Handlers;
import io.ssi.core.net.link.LinkContext;
import io.ssi.core.net.link.LinkMeters;
import io.ssi.core.net.link.LinkSession;
import io.ssi.core.net.link.LinkTransport;
import io.ssi.core.net.link.LocalLink;
import io.ssi.core.net.link.MessageCodec;
import io.ssi.core.net.link.SerialLane;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** One node of a {@link LocalNetwork}. Same sessions, codec and dispatcher as the real transport, without sockets and TLS. */
public final class LocalTransport extends LinkTransport {
    private static final int EVENTS_MAX = 100_000;

    /** One link as this node sees it. */
    private record Up(NodeId peer, InetSocketAddress address, LocalLink link, LinkSession mine) {}

    private final LocalNetwork network;
    private final InetSocketAddress address;
    private final SerialLane events;
    private final List<LinkListener> listeners = new CopyOnWriteArrayList<>();
    private final Map<NodeId, InetSocketAddress> learnt = new HashMap<>(); // this and all below: guarded by network
    private final Map<NodeId, Up> links = new HashMap<>();
    private NodeId self;
    private LocalLink toSelf;
    private boolean closed;

    LocalTransport(LocalNetwork network, InetSocketAddress address, MessageRegistry registry) {
        super(new LinkContext(new MessageCodec(registry), new Handlers(), new Dispatcher(network.workers()), network.env(),
                new LinkMeters(new Meters(new SimpleMeterRegistry()))));
        this.network = network;
        this.address = address;
        events = new SerialLane(network.workers(), EVENTS_MAX);
    }

    @Override
    public NodeId self() {
        synchronized (network) {
            return self;
        }
    }

    @Override
    public void identify(NodeId number) {
        synchronized (network) {
            if (self != null && !self.equals(number)) {
                throw new IllegalStateException("this is node " + self + ", it cannot become node " + number);
            }
            if (self == null) {
                self = number;
                toSelf = LocalLink.toSelf(number, context);
            }
        }
        network.reconcile();
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void learn(NodeId node, InetSocketAddress where) {
        synchronized (network) {
            if (node.equals(self)) {
                return;
            }
            learnt.put(node, where);
        }
        network.reconcile();
    }

    @Override
    public void forget(NodeId node) {
        Up up;
        synchronized (network) {
            learnt.remove(node);
            up = links.get(node);
        }
        if (up != null) {
            up.link().close("node " + node + " was removed");
        }
    }

    @Override
    public void onLink(LinkListener listener) {
        listeners.add(listener);
    }

    @Override
    public <A> CompletableFuture<A> callAddress(InetSocketAddress to, Request<A> request, Duration deadline) {
        LocalTransport other = network.at(to);
        if (other == null || !network.reachable(address, to)) {
            return CompletableFuture.failedFuture(new SsiException(other == null ? ErrorCode.NODE_DOWN : ErrorCode.PEER_LOST, "nobody answers at " + to));
        }
        LocalLink link = new LocalLink(end(), other.end(), network.env(), network::nextDelay, network::nextLoss, _ -> { });
        CompletableFuture<A> answer = link.first().call(request, deadline);
        return answer.whenComplete((_, _) -> link.close("the call is over"));
    }

    @Override
    public List<Refusal> refusals() {
        return List.of();
    }

    @Override
    public void close() {
        List<Up> open;
        synchronized (network) {
            if (closed) {
                return;
            }
            closed = true;
            open = new ArrayList<>(links.values());
        }
        open.forEach(up -> up.link().close("node " + self + " was stopped"));
        if (toSelf != null) {
            toSelf.close("node " + self + " was stopped");
        }
        network.removed(this);
    }

    // ---- for the network

    /** Links to everybody learnt, numbered, reachable and not linked yet. */
    void connect() {
        synchronized (network) {
            if (closed || self == null) {
                return;
            }
            learnt.forEach((node, where) -> {
                LocalTransport other = network.at(where);
                if (other != null && !links.containsKey(node) && node.equals(other.self) && !other.closed && network.reachable(address, where)) {
                    link(other);
                }
            });
        }
    }

    private void link(LocalTransport other) {
        NodeId mine = self;
        NodeId theirs = other.self;
        LocalLink[] made = new LocalLink[1];
        made[0] = new LocalLink(end(), other.end(), network.env(), network::nextDelay, network::nextLoss, cause -> {
            unlink(theirs, made[0], cause);
            other.unlink(mine, made[0], cause);
            network.reconcile();
        });
        links.put(theirs, new Up(theirs, other.address, made[0], made[0].first()));
        other.links.put(mine, new Up(mine, address, made[0], made[0].second()));
        tell(theirs, true, "linked to " + other.address);
        other.tell(mine, true, "linked from " + address);
    }

    private void unlink(NodeId peer, LocalLink link, String cause) {
        synchronized (network) {
            Up up = links.get(peer);
            if (up == null || up.link() != link) {
                return;
            }
            links.remove(peer);
            if (!closed) {
                tell(peer, false, "link to " + up.address() + " broke: " + cause);
            }
        }
    }

    void breakLink(InetSocketAddress other, String cause) {
        List<LocalLink> broken = new ArrayList<>();
        synchronized (network) {
            links.values().stream().filter(up -> up.address().equals(other)).forEach(up -> broken.add(up.link()));
        }
        broken.forEach(link -> link.close(cause));
    }

    private void tell(NodeId node, boolean up, String cause) {
        events.offer(() -> listeners.forEach(listener -> listener.linkChanged(node, up, cause)));
    }

    private LocalLink.End end() {
        synchronized (network) {
            return new LocalLink.End(self, self == null ? "the caller at " + address : "node " + self, context);
        }
    }

    @Override
    protected LinkSession session(NodeId to) {
        synchronized (network) {
            if (closed) {
                return null;
            }
            if (to.equals(self)) {
                return toSelf.first();
            }
            Up up = links.get(to);
            return up == null ? null : up.mine();
        }
    }

    @Override
    protected SsiException lost(NodeId to) {
        return new SsiException(ErrorCode.PEER_LOST, "no link to node " + to + "; nothing was sent");
    }
}
