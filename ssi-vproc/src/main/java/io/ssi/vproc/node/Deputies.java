package io.ssi.vproc.node;

import io.ssi.core.cluster.Consensus;
import io.ssi.core.cluster.Membership;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.ByteStream;
import io.ssi.core.net.Transport;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.ProcessRow;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The deputies of this host: terminals whose processes live on other nodes. Thread-safe. */
public final class Deputies {
    private static final long QUORUM_AGAIN_MILLIS = 1_000;
    private static final long PLACE_MILLIS = 2_000;
    /** A node that is down so long is not just a daemon that is started again. */
    private static final long LOST_MILLIS = 15_000;
    private static final Logger LOG = LoggerFactory.getLogger(Deputies.class);

    private final VprocService service;
    private final SignalRouter signals;
    private final Transport transport;
    private final Membership membership;
    private final Consensus consensus;
    private final OsProcesses os;
    private final DeputyTokens tokens;
    private final SecureRandom random = new SecureRandom();
    private final Map<Integer, Deputy> deputies = new ConcurrentHashMap<>();
    /** When a node that was down came back, System.nanoTime(). */
    private final Map<NodeId, Long> backNanos = new ConcurrentHashMap<>();
    private final long startedNanos = System.nanoTime();

    /** @param folder where the tokens are kept over a restart of the daemon */
    public Deputies(VprocService.Parts parts, VprocService service, SignalRouter signals, Transport transport, Path folder) {
        this.tokens = new DeputyTokens(folder);
        this.service = service;
        this.signals = signals;
        this.transport = transport;
        this.membership = parts.membership();
        this.consensus = parts.consensus();
        this.os = parts.os();
        transport.accept(VprocMessages.OutputHeader.class, (from, header, stream) -> output(header, stream));
        transport.receive(VprocMessages.StdinWanted.class, this::wanted);
        transport.serve(VprocMessages.ProcessEnded.class, (from, end) -> {
            findOrExpect(end.vpid()).ifPresent(deputy -> end(deputy, end.incarnation(), new ExitStatus(end.status(), end.signal(), end.cause())));
            return null;
        });
        membership.onChange(change -> {
            if (isDown(change.from()) && !isDown(change.to())) {
                backNanos.put(change.node(), System.nanoTime());
            } else if (isDown(change.to())) {
                deputies.values().forEach(deputy -> checkLossLater(deputy, change.node(), LOST_MILLIS));
            }
        });
    }

    /**
     * Expects the source JVM of a first move to become a deputy.
     *
     * @param firstIncarnation the one whose output the deputy will be the first to show
     * @return the token for Depart
     */
    long expect(VPid vpid, int firstIncarnation) {
        Deputy present = deputies.get(vpid.value());
        if (present != null && present.osPid() == 0) {
            return present.token; // told before; that word got lost, and output may be on its way already
        }
        long token = newToken();
        tokens.save(vpid, token);
        Deputy deputy = new Deputy(vpid, token, firstIncarnation, transport::send);
        deputies.put(vpid.value(), deputy);
        checkLoss(deputy);
        return token;
    }

    long newToken() {
        long token = random.nextLong();
        return token == 0 ? 1 : token;
    }

    Optional<Deputy> find(int vpid) {
        return Optional.ofNullable(deputies.get(vpid));
    }

    void remove(Deputy deputy) {
        if (deputies.remove(deputy.vpid.value(), deputy)) {
            tokens.remove(deputy.vpid);
        }
    }

    /**
     * A deputy connected, for the first time or again: answers Welcome.
     *
     * @throws SsiException NO_SUCH_PROCESS when nothing is known of its token: refuse it
     */
    public void hello(LinkMessage.Hello hello, HostLink link, String nodeName) {
        Deputy deputy = byToken(hello).orElseGet(() -> readopt(hello, link));
        link.send(new LinkMessage.Welcome(deputy.vpid.value(), transport.self().number(), nodeName, 0, new byte[0]));
        link.attach(new DeputySession(deputy, link));
        deputy.connected(link);
        checkLoss(deputy);
        LOG.info("process {} has its deputy here (host OS pid {})", deputy.vpid, link.osPid());
    }

    private Optional<Deputy> byToken(LinkMessage.Hello hello) {
        return deputies.values().stream().filter(deputy -> deputy.token == hello.token()).findAny();
    }

    /** This daemon was started again while the process was away; it may have ended meanwhile, which its row says for a while. */
    private Deputy readopt(LinkMessage.Hello hello, HostLink link) {
        VPid vpid = tokens.find(hello.token()).orElseThrow(() ->
                new SsiException(ErrorCode.NO_SUCH_PROCESS, "no process of this node has moved away with the token of this deputy; it must end"));
        Optional<ProcessRow> row = service.row(vpid);
        if (row.isEmpty() && !isGone(vpid, link)) {
            link.close();
            throw new SsiException(ErrorCode.NO_QUORUM, "it is not known yet whether process " + vpid + " lives; its deputy asks again");
        }
        Deputy deputy = deputies.computeIfAbsent(vpid.value(), number -> new Deputy(vpid, hello.token(), transport::send));
        if (row.isEmpty()) {
            end(deputy, 0, ExitStatus.unknown("how it ended is not known, this node's daemon was away"));
        } else if (row.get().isZombie()) {
            end(deputy, row.get().incarnation(), row.get().exit().orElseThrow());
        }
        return deputy;
    }

    /** True only when the Raft group knows that there is no such process any more. */
    private boolean isGone(VPid vpid, HostLink link) {
        try {
            return consensus.place(vpid).get(PLACE_MILLIS, TimeUnit.MILLISECONDS).isEmpty();
        } catch (ExecutionException | TimeoutException e) {
            LOG.info("the deputy with host OS pid {} has to wait: {}", link.osPid(), e.toString());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A deputy that has not connected since this daemon was started is known by its token. */
    private Optional<Deputy> findOrExpect(int number) {
        VPid vpid = new VPid(number);
        return find(number).or(() -> tokens.token(vpid).map(token ->
                deputies.computeIfAbsent(number, absent -> new Deputy(vpid, token, transport::send))));
    }

    /** The session of a deputy, and of the landing it becomes until the program runs there. */
    final class DeputySession implements Session {
        private final Deputy deputy;
        private final HostLink link;

        DeputySession(Deputy deputy, HostLink link) {
            this.deputy = deputy;
            this.link = link;
        }

        @Override
        public boolean message(LinkMessage message) {
            switch (message) {
                case LinkMessage.Stdin read -> deputy.read(read.position(), read.bytes());
                case LinkMessage.StdioAck ack -> deputy.acknowledged(ack);
                case LinkMessage.StdioBroken broken -> deputy.broke(broken.fd());
                case LinkMessage.Report report -> LOG.trace("landing at home: {}", report);
                case LinkMessage.Signal signal -> signals.signal(deputy.vpid, signal.number(), link.peerUser()).whenComplete((sent, failure) -> {
                    if (failure != null) {
                        LOG.info("signal {} for process {} did not reach it: {}", signal.number(), deputy.vpid, failure.getMessage());
                    }
                });
                default -> {
                    return false;
                }
            }
            return true;
        }

        @Override
        public void closed() {
            deputy.disconnected(link, os.sample(link.osPid()).alive());
        }
    }

    // ---- what hosts send

    private void output(VprocMessages.OutputHeader header, ByteStream stream) throws Exception {
        Deputy deputy = find(header.vpid()).orElse(null);
        if (deputy == null || header.fd() < 1 || header.fd() > 2) {
            stream.reset("no deputy of process " + header.vpid() + " is here");
            return;
        }
        try (stream) {
            deputy.pump(header.fd(), header.incarnation(), stream);
        }
    }

    private void wanted(NodeId from, VprocMessages.StdinWanted wanted) {
        Deputy deputy = find(wanted.vpid()).orElse(null);
        if (deputy != null) {
            deputy.wanted(from, wanted);
        } else if (System.nanoTime() - startedNanos > TimeUnit.MILLISECONDS.toNanos(Deputy.APPEAR_MILLIS)) {
            // Its terminal ended while this daemon was away.
            transport.send(from, new VprocMessages.StdinData(wanted.vpid(), wanted.incarnation(), wanted.position(), new byte[0]));
        }
    }

    private void end(Deputy deputy, int incarnation, ExitStatus exit) {
        Thread.ofVirtual().name("ssi-deputy-end-" + deputy.vpid).start(() -> {
            try {
                deputy.drained(incarnation + 1);
                deputy.exit(exit);
                remove(deputy);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static boolean isDown(Membership.State state) {
        return state == Membership.State.DOWN || state == Membership.State.LEFT;
    }

    private long backMillis(NodeId node) {
        Long back = backNanos.get(node);
        return back == null ? Long.MAX_VALUE : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - back);
    }

    /** The node of the process may be down already, and then no change will tell. */
    private void checkLoss(Deputy deputy) {
        membership.nodes().stream().filter(node -> isDown(node.state())).forEach(node -> checkLossLater(deputy, node.id(), LOST_MILLIS));
    }

    private void checkLossLater(Deputy deputy, NodeId down, long millis) {
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(() -> checkLoss(deputy, down));
    }

    /**
     * A node was down: if the process was there it is lost with it, or it ended while the daemon there was started again and nobody is
     * left to tell: it gets the same time to say hello to that daemon as the daemon got to come back. Only the Raft group knows where it
     * was committed last. A process without a place has ended, which is told by who saw it.
     */
    private void checkLoss(Deputy deputy, NodeId down) {
        if (find(deputy.vpid.value()).orElse(null) != deputy) {
            return;
        }
        consensus.place(deputy.vpid).whenComplete((place, failure) -> {
            boolean stillDown = membership.nodes().stream().anyMatch(node -> node.id().equals(down) && isDown(node.state()));
            if (failure != null) {
                checkLossLater(deputy, down, QUORUM_AGAIN_MILLIS);
                return;
            }
            boolean noRow = service.row(deputy.vpid).isEmpty();
            if (noRow && !stillDown && backMillis(down) < LOST_MILLIS) {
                checkLossLater(deputy, down, LOST_MILLIS);
                return;
            }
            if (place.isEmpty() ? stillDown && noRow : place.get().node().equals(down) && (stillDown || noRow)) {
                String cause = stillDown ? "node " + down + " was lost" : "it ended while the daemon of node " + down + " was away";
                int incarnation = place.map(Consensus.Place::incarnation).orElse(Integer.MAX_VALUE - 1);
                deputy.breakStreams(cause, incarnation);
                end(deputy, incarnation, ExitStatus.unknown(cause));
            }
        });
    }
}
