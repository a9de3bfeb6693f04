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
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The deputies of this host: terminals whose processes live on other nodes. Thread-safe. */
public final class Deputies {
    private static final Duration STDIN_DEADLINE = Duration.ofSeconds(10);
    private static final long QUORUM_AGAIN_MILLIS = 1_000;
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
        transport.receive(VprocMessages.StdinWanted.class, (from, wanted) ->
                find(wanted.vpid()).ifPresent(deputy -> deputy.wanted(from, wanted.incarnation(), wanted.max())));
        transport.receive(VprocMessages.StdinBack.class, (from, back) -> find(back.vpid()).ifPresent(deputy -> deputy.giveBack(back.bytes())));
        transport.serve(VprocMessages.ProcessEnded.class, (from, end) -> {
            find(end.vpid()).ifPresent(deputy -> end(deputy, end.incarnation(), new ExitStatus(end.status(), end.signal(), end.cause())));
            return null;
        });
        membership.onChange(change -> {
            if (change.to() == Membership.State.DOWN || change.to() == Membership.State.LEFT) {
                deputies.values().forEach(deputy -> checkLoss(deputy, change.node()));
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
        long token = newToken();
        tokens.save(vpid, token);
        deputies.put(vpid.value(), new Deputy(vpid, token, firstIncarnation, this::sendStdin));
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
        Deputy deputy = byToken(hello).orElseGet(() -> readopt(hello));
        link.send(new LinkMessage.Welcome(deputy.vpid.value(), transport.self().number(), nodeName, 0));
        link.attach(new DeputySession(deputy, link));
        deputy.connected(link);
        LOG.info("process {} has its deputy here (host OS pid {})", deputy.vpid, link.osPid());
    }

    private Optional<Deputy> byToken(LinkMessage.Hello hello) {
        return deputies.values().stream().filter(deputy -> deputy.token == hello.token()).findAny();
    }

    /** This daemon was started again while the process was away. */
    private Deputy readopt(LinkMessage.Hello hello) {
        VPid vpid = tokens.find(hello.token()).orElseThrow(() ->
                new SsiException(ErrorCode.NO_SUCH_PROCESS, "no process of this node has moved away with the token of this deputy; it must end"));
        int incarnation = service.row(vpid).orElseThrow(() ->
                new SsiException(ErrorCode.NO_SUCH_PROCESS, "process " + vpid + " ended while this node's daemon was away")).incarnation();
        Deputy deputy = new Deputy(vpid, hello.token(), incarnation, this::sendStdin);
        Deputy present = deputies.putIfAbsent(vpid.value(), deputy);
        if (present != null) {
            throw new SsiException(ErrorCode.NOT_PERMITTED, "process " + vpid + " has another deputy");
        }
        return deputy;
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
                case LinkMessage.Stdio read when read.fd() == 0 -> deputy.read(read.bytes());
                case LinkMessage.StdioAck ack -> deputy.acknowledged(ack.fd(), ack.bytes());
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

    private void sendStdin(NodeId to, VPid vpid, int incarnation, long delivery, byte[] bytes) {
        transport.call(to, new VprocMessages.StdinData(vpid.value(), incarnation, delivery, bytes), STDIN_DEADLINE)
                .whenComplete((taken, failure) -> find(vpid.value())
                        .ifPresent(deputy -> deputy.delivered(delivery, bytes.length, failure == null && Boolean.TRUE.equals(taken))));
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

    /** A node is down: if the process was there it is lost. Only the Raft group knows where it was committed last. */
    private void checkLoss(Deputy deputy, NodeId down) {
        if (find(deputy.vpid.value()).orElse(null) != deputy) {
            return;
        }
        consensus.place(deputy.vpid).whenComplete((place, failure) -> {
            boolean stillDown = membership.nodes().stream().anyMatch(node -> node.id().equals(down)
                    && (node.state() == Membership.State.DOWN || node.state() == Membership.State.LEFT));
            if (failure != null && stillDown) {
                CompletableFuture.delayedExecutor(QUORUM_AGAIN_MILLIS, TimeUnit.MILLISECONDS).execute(() -> checkLoss(deputy, down));
            } else if (stillDown && (place.isEmpty() || place.get().node().equals(down))) {
                int incarnation = place.map(Consensus.Place::incarnation).orElse(Integer.MAX_VALUE - 1);
                deputy.breakStreams("node " + down + " was lost");
                end(deputy, incarnation, ExitStatus.unknown("node " + down + " was lost"));
            }
        });
    }
}
