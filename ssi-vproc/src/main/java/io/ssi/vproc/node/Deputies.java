package io.ssi.vproc.node;

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
import io.ssi.vproc.Signals;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The deputies of this host: terminals whose processes live on other nodes. Thread-safe. */
public final class Deputies {
    private static final long CHECK_AGAIN_MILLIS = 1_000;
    /** How long the host of a process that ended waits for the end to be told at the terminal before it asks again: a stopped one takes no thread. */
    private static final long TELL_MILLIS_MAX = 200;
    /** How long after its start a daemon may not know yet that a process has left its terminal. */
    private static final long EXPECT_MILLIS = 30_000;
    /** How often the OS process is looked at, which may be stopped without a word. */
    private static final long LOOK_MILLIS = 500;
    /** How long Ctrl-Z may take to show at the terminal. */
    private static final long STOP_MILLIS_MAX = 1_000;
    /** How long the end of a process may be known to the group and to nobody here. */
    private static final long UNTOLD_SECONDS = 15;
    /** A row may be away for a moment while a split heals. */
    private static final long MISSING_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Logger LOG = LoggerFactory.getLogger(Deputies.class);

    private final VprocService service;
    private final SignalRouter signals;
    private final Transport transport;
    private final OsProcesses os;
    private final DeputyTokens tokens;
    private final SecureRandom random = new SecureRandom();
    private final Map<Integer, Deputy> deputies = new ConcurrentHashMap<>();
    private final long startedNanos = System.nanoTime();

    /** @param folder where the tokens are kept over a restart of the daemon */
    public Deputies(VprocService.Parts parts, VprocService service, SignalRouter signals, Transport transport, Path folder) {
        this.tokens = new DeputyTokens(folder);
        this.service = service;
        this.signals = signals;
        this.transport = transport;
        this.os = parts.os();
        transport.accept(VprocMessages.OutputHeader.class, (from, header, stream) -> output(header, stream));
        transport.receive(VprocMessages.StdinWanted.class, this::wanted);
        transport.serve(VprocMessages.ProcessEnded.class, (from, end) -> {
            Deputy deputy = findOrExpect(end.vpid()).orElse(null);
            if (deputy != null) {
                if (end.outputOver()) {
                    deputy.outputOver(end.incarnation());
                }
                told(deputy, from, end.incarnation(), new ExitStatus(end.status(), end.signal(), end.cause()));
                awaitTold(deputy);
            }
            return null;
        });
        parts.membership().onChange(change -> deputies.values().forEach(deputy -> check(deputy, 0)));
    }

    /**
     * Expects the source JVM of a first move to become a deputy.
     *
     * @param source as it is; the next incarnation is the first whose output the deputy will show
     * @return the token for Depart
     */
    long expect(ProcessRow source) {
        VPid vpid = source.vpid();
        Deputy present = deputies.get(vpid.value());
        if (present != null && present.osPid() == 0) {
            return present.token; // told before; that word got lost, and output may be on its way already
        }
        DeputyTokens.Holder holder = new DeputyTokens.Holder(newToken(), source.osPid(), os.sample(source.osPid()).startTicks());
        tokens.save(vpid, holder);
        Deputy deputy = new Deputy(vpid, holder.token(), () -> holder.isAlive(os), source.incarnation() + 1, transport::send);
        deputies.put(vpid.value(), deputy);
        check(deputy, 0);
        return holder.token();
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
        deputy.over.complete(null);
    }

    /**
     * A deputy connected, for the first time or again: answers Welcome.
     *
     * @throws SsiException NO_SUCH_PROCESS when nothing is known of its token: refuse it
     */
    public void hello(LinkMessage.Hello hello, HostLink link, String nodeName) {
        Deputy deputy = byToken(hello).orElseGet(() -> readopt(hello));
        link.send(new LinkMessage.Welcome(deputy.vpid.value(), transport.self().number(), nodeName, 0, new byte[0], ""));
        link.attach(new DeputySession(deputy, link));
        deputy.connected(link);
        check(deputy, 0);
        watchStops(deputy, link);
        LOG.info("process {} has its deputy here (host OS pid {})", deputy.vpid, link.osPid());
    }

    private Optional<Deputy> byToken(LinkMessage.Hello hello) {
        return deputies.values().stream().filter(deputy -> deputy.token == hello.token()).findAny();
    }

    /** This daemon was started again while the process was away; it may have ended meanwhile, which its row says for a while. */
    private Deputy readopt(LinkMessage.Hello hello) {
        VPid vpid = tokens.find(hello.token()).orElseThrow(() ->
                new SsiException(ErrorCode.NO_SUCH_PROCESS, "no process of this node has moved away with the token of this deputy; it must end"));
        Optional<ProcessRow> row = service.row(vpid);
        Deputy deputy = findOrExpect(vpid.value()).orElseThrow();
        row.flatMap(ProcessRow::exit).ifPresent(exit -> told(deputy, row.get().node(), row.get().incarnation(), exit));
        return deputy;
    }

    /** A deputy that has not connected since this daemon was started is known by its token; it may be stopped, or its user may have killed it. */
    private Optional<Deputy> findOrExpect(int number) {
        VPid vpid = new VPid(number);
        return find(number).or(() -> tokens.holder(vpid).map(holder -> deputies.computeIfAbsent(number,
                absent -> new Deputy(vpid, holder.token(), () -> holder.isAlive(os), transport::send))));
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
                case LinkMessage.Signal signal -> signal(deputy, signal.number(), link.peerUser());
                default -> {
                    return false;
                }
            }
            return true;
        }

        @Override
        public void closed() {
            deputy.disconnected(link);
        }
    }

    /** A signal of the user at the terminal. Where the process is out of reach it waits until it is back, or at home. */
    private void signal(Deputy deputy, int number, String user) {
        boolean stop = number == Signals.TSTP || number == Signals.STOP;
        boolean jobControl = stop || number == Signals.CONT;
        if (number == Signals.CONT && deputy.goesOn()) {
            return; // it was this daemon that let the terminal go on
        }
        if (jobControl) { // signal(7): each takes back the other
            (stop ? List.of(Signals.CONT) : List.of(Signals.TSTP, Signals.STOP)).forEach(deputy.signals::remove);
        }
        Deputy.Order order = new Deputy.Order();
        if (deputy.signals.putIfAbsent(number, order) != null) {
            return;
        }
        BooleanSupplier wanted = () -> deputy.signals.get(number) == order && (isDeputy(deputy) || service.row(deputy.vpid).isPresent());
        Supplier<CompletableFuture<Boolean>> delivery = () -> wanted.getAsBoolean() ? signals.deliver(deputy.vpid, number, user, wanted)
                : CompletableFuture.completedFuture(false);
        (jobControl ? deputy.inOrder(delivery) : delivery.get()).whenComplete((stops, failure) -> {
            if (failure != null) {
                LOG.info("signal {} for process {} did not reach it: {}", number, deputy.vpid, failure.getMessage());
            }
            synchronized (order) {
                if (!deputy.signals.remove(number, order)) {
                    return; // taken back
                }
                if (failure == null && stops) {
                    stop(deputy);
                } else if (order.stoppedBefore && isDeputy(deputy) && deputy.isPresent()) {
                    deputy.letGoOn();
                    kill(deputy, Signals.CONT); // the process runs, and so does its terminal
                }
            }
        });
        if (number == Signals.TSTP) {
            // Whoever waits at the terminal gets it back, wherever the process is.
            CompletableFuture.delayedExecutor(STOP_MILLIS_MAX, TimeUnit.MILLISECONDS).execute(() -> {
                synchronized (order) {
                    if (deputy.signals.get(number) == order) {
                        order.stoppedBefore = true;
                        stop(deputy);
                    }
                }
            });
        }
    }

    /** Who stops the OS process alone, by kill -STOP or because it read the terminal from the background, means the process. */
    private void watchStops(Deputy deputy, HostLink link) {
        CompletableFuture.delayedExecutor(LOOK_MILLIS, TimeUnit.MILLISECONDS).execute(() -> {
            if (isDeputy(deputy) && deputy.isConnectedBy(link)) {
                if (os.sample(link.osPid()).stopped() && deputy.stopsByItself()) {
                    signal(deputy, Signals.STOP, link.peerUser());
                }
                watchStops(deputy, link);
            }
        });
    }

    private boolean isDeputy(Deputy deputy) {
        return find(deputy.vpid.value()).orElse(null) == deputy;
    }

    /** The process at the terminal stops, as the process itself did: the shell sees a stopped job. It tells when the user lets it go on. */
    private void stop(Deputy deputy) {
        synchronized (deputy) {
            if (isDeputy(deputy) && deputy.isPresent() && !deputy.ending) {
                deputy.stopSent = true;
                deputy.stopKnown = true;
                kill(deputy, Signals.STOP);
            }
        }
    }

    private void kill(Deputy deputy, int signal) {
        try {
            os.kill(deputy.osPid(), signal);
        } catch (SsiException gone) {
            LOG.debug("the deputy of process {} cannot be signalled: {}", deputy.vpid, gone.getMessage());
        }
    }

    // ---- what hosts send

    private void output(VprocMessages.OutputHeader header, ByteStream stream) throws Exception {
        Deputy deputy = findOrExpect(header.vpid()).orElse(null);
        if (deputy == null || header.fd() < 1 || header.fd() > 2) {
            stream.reset("no deputy of process " + header.vpid() + " is here");
            return;
        }
        try (stream) {
            deputy.pump(header.fd(), header.incarnation(), stream);
        }
    }

    private void wanted(NodeId from, VprocMessages.StdinWanted wanted) {
        Deputy deputy = findOrExpect(wanted.vpid()).orElse(null);
        if (deputy != null) {
            deputy.wanted(from, wanted);
        } else if (System.nanoTime() - startedNanos > TimeUnit.MILLISECONDS.toNanos(EXPECT_MILLIS)) {
            // Its terminal ended while this daemon was away.
            transport.send(from, new VprocMessages.StdinData(wanted.vpid(), wanted.incarnation(), wanted.position(), new byte[0]));
        }
    }

    private static void awaitTold(Deputy deputy) throws InterruptedException, ExecutionException {
        try {
            deputy.over.get(TELL_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (TimeoutException later) {
            // The host asks again, if need be the next daemon of this node.
            throw new SsiException(ErrorCode.TIMEOUT, "the end of process " + deputy.vpid + " is not told yet at its terminal", later);
        }
    }

    /** Its host says how it ended; again and again. */
    private void told(Deputy deputy, NodeId host, int incarnation, ExitStatus exit) {
        synchronized (deputy) {
            if (deputy.ending) {
                return;
            }
            deputy.ending = true;
            deputy.endedAt = host;
        }
        end(deputy, incarnation, exit);
        check(deputy, 0);
    }

    private void end(Deputy deputy, int incarnation, ExitStatus exit) {
        Thread.ofVirtual().name("ssi-deputy-end-" + deputy.vpid).start(() -> {
            try {
                boolean stopSent;
                synchronized (deputy) {
                    deputy.ending = true; // no stop comes from now on; one that was sent just now may not show yet
                    stopSent = deputy.stopSent;
                }
                if (deputy.isPresent() && (stopSent || os.sample(deputy.osPid()).stopped())) {
                    kill(deputy, Signals.CONT); // it has an end to tell, as a stopped process that is killed
                }
                if (deputy.endedAt != null) {
                    deputy.drainedToTheLast(incarnation);
                } else {
                    deputy.drained(incarnation + 1);
                }
                deputy.exit(exit);
                remove(deputy);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /**
     * Looks whether the process is lost with its node, or ended while the daemon there was away and nobody is left to tell. Only the Raft group
     * knows where it was committed last. A node that left in order has its processes still. Again and again while it is not certain.
     *
     * @param missing since when the process has had no row where it should have one, nanoTime; 0 if it has
     */
    private void check(Deputy deputy, long missing) {
        if (!isDeputy(deputy)) {
            return;
        }
        NodeId host = deputy.endedAt;
        if (host != null) {
            if (service.whereabouts().isLost(host)) {
                deputy.breakStreams("node " + host + " was lost", Integer.MAX_VALUE - 1);
            } else if (!service.whereabouts().isUp(host)) {
                checkAgain(deputy, 0);
            }
            return;
        }
        service.whereabouts().away(deputy.vpid).whenComplete((away, failure) -> {
            boolean noRow = service.row(deputy.vpid).isEmpty();
            if (failure != null) {
                checkAgain(deputy, 0);
            } else if (away.isEmpty()) {
                // The group's word comes before the row's, and before that of whoever saw its end.
                CompletableFuture.delayedExecutor(UNTOLD_SECONDS, TimeUnit.SECONDS).execute(() -> {
                    if (isDeputy(deputy) && service.row(deputy.vpid).isEmpty()) {
                        lost(deputy, Integer.MAX_VALUE - 1, "nobody saw how it ended");
                    }
                });
            } else if (away.get().isLost() || noRow && away.get().hasEnded() && missing != 0 && System.nanoTime() - missing > MISSING_NANOS) {
                lost(deputy, away.get().incarnation(), away.get().cause());
            } else if (away.get().state() == Membership.State.DOWN || noRow && away.get().state() != Membership.State.LEFT) {
                checkAgain(deputy, !noRow ? 0 : missing != 0 ? missing : System.nanoTime());
            }
        });
    }

    private void checkAgain(Deputy deputy, long missing) {
        CompletableFuture.delayedExecutor(CHECK_AGAIN_MILLIS, TimeUnit.MILLISECONDS).execute(() -> check(deputy, missing));
    }

    private void lost(Deputy deputy, int incarnation, String cause) {
        if (deputy.ending) {
            return; // it is known meanwhile
        }
        deputy.breakStreams(cause, incarnation);
        end(deputy, incarnation, ExitStatus.unknown(cause));
    }
}
