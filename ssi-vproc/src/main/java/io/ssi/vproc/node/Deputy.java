package io.ssi.vproc.node;

import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.ByteStream;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.Signals;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a daemon keeps for one deputy of its host: the connection to the terminal of a process that lives elsewhere.
 *
 * <p>Output that the deputy has not yet acknowledged is kept, at most {@value #CREDIT} bytes for each stream, and sent again when
 * the OS process connects anew; that process knows what it has shown. Hosts are told of output only when it is shown, so that this
 * daemon may be killed. If the OS process is killed, output is thrown away and counted: the program is not told, as little as a
 * program is whose terminal window swallows what it writes. Guarded by this.
 */
final class Deputy {
    static final int CREDIT = 256 << 10;
    /** How often an OS process without a connection is looked at: it may be stopped, for as long as its user likes, or have been killed. */
    private static final long LOOK_MILLIS = 500;
    /** Incarnation of what the daemon itself has to say, after all others. */
    private static final int DAEMON_SAYS = Integer.MAX_VALUE;
    private static final int CHUNK = 32 << 10;
    private static final long LANE_IDLE_MILLIS = 5_000;
    private static final Logger LOG = LoggerFactory.getLogger(Deputy.class);

    /** Sends input to the host of the process; may be lost. */
    interface StdinSender {
        void send(NodeId to, VprocMessages.StdinData data);
    }

    /** One signal on its way to the process. */
    static final class Order {
        /** The terminal was stopped before the answer was known. Guarded by this. */
        boolean stoppedBefore;
    }

    final VPid vpid;
    final long token;
    private final BooleanSupplier osProcess;
    private final StdinSender stdinSender;
    private final OutputLane[] lanes = new OutputLane[2];
    private final Set<ByteStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean hostLost;

    private HostLink link;
    private long osPid;
    private boolean gone;
    private boolean becomingLanding;
    private final DeputyOutput[] outputs;
    /** Outputs that the terminal takes nothing of any more. */
    private final boolean[] broken = new boolean[2];
    private long discarded;
    /** How the process ended; null while it runs. */
    private ExitStatus ended;

    /** Signals that are on their way to the process; another of the same number adds nothing, as with any pending signal. */
    final Map<Integer, Order> signals = new ConcurrentHashMap<>();
    /** The process is over: the OS process is to tell it and end. Set under this. */
    volatile boolean ending;
    /** Where the process ended, which keeps its last output until that is shown; null while it is not known to have ended. */
    volatile NodeId endedAt;
    /** Completes when the OS process has told the end, or will tell nothing any more. */
    final CompletableFuture<Void> over = new CompletableFuture<>();
    /** Whether the OS process was ever told to stop. Guarded by this. */
    boolean stopSent;
    /** The OS process is stopped, or is about to be, and the process was told what there is to tell of it. Guarded by this. */
    boolean stopKnown;
    /** The daemon let the OS process go on, which tells of that as if its user had. Guarded by this. */
    private boolean goOnSent;
    /** The last stop or go-on that the user sent. */
    private CompletableFuture<?> jobControl = CompletableFuture.completedFuture(null);

    /** Who asked last for input, and what; perhaps before the deputy was there. */
    private NodeId wantNode;
    private VprocMessages.StdinWanted want;

    /**
     * Of a process that leaves its terminal now; its next incarnation is the first whose output is shown by a deputy.
     *
     * @param osProcess whether the OS process that holds the terminal lives
     */
    Deputy(VPid vpid, long token, BooleanSupplier osProcess, int firstIncarnation, StdinSender stdinSender) {
        this(vpid, token, osProcess, firstIncarnation, stdinSender, true);
    }

    /** Of a process that left its terminal in an earlier life of this daemon. */
    Deputy(VPid vpid, long token, BooleanSupplier osProcess, StdinSender stdinSender) {
        this(vpid, token, osProcess, 1, stdinSender, false);
    }

    private Deputy(VPid vpid, long token, BooleanSupplier osProcess, int firstIncarnation, StdinSender stdinSender, boolean known) {
        this.vpid = vpid;
        this.token = token;
        this.osProcess = osProcess;
        this.stdinSender = stdinSender;
        lanes[0] = new OutputLane(firstIncarnation, LANE_IDLE_MILLIS);
        lanes[1] = new OutputLane(firstIncarnation, LANE_IDLE_MILLIS);
        outputs = new DeputyOutput[] {new DeputyOutput(known), new DeputyOutput(known)};
    }

    /** Stops and go-ons reach the process in the order in which the user sent them: each starts when the one before is through or given up. */
    synchronized CompletableFuture<Boolean> inOrder(Supplier<CompletableFuture<Boolean>> delivery) {
        CompletableFuture<Boolean> next = jobControl.handle((done, failure) -> null).thenCompose(ready -> delivery.get());
        jobControl = next;
        return next;
    }

    // ---- the OS process that holds the terminal

    synchronized void connected(HostLink newLink) {
        link = newLink;
        osPid = newLink.osPid();
        becomingLanding = false;
        for (DeputyOutput output : outputs) {
            output.unacknowledged().forEach(link::send);
        }
        askForInput();
        tellExit();
        notifyAll();
    }

    synchronized void disconnected(HostLink oldLink) {
        if (oldLink == link) {
            link = null;
            isGone();
            notifyAll();
        }
    }

    /** The host OS pid of the terminal's holder, 0 before it first connected. */
    synchronized long osPid() {
        return osPid;
    }

    /** True when the process can come home into the OS process it was started as. */
    synchronized boolean isPresent() {
        return link != null && !becomingLanding;
    }

    synchronized boolean isConnectedBy(HostLink one) {
        return link == one && !becomingLanding;
    }

    /** Of an OS process that is stopped: true, once, if neither its daemon nor its process has to do with it. */
    synchronized boolean stopsByItself() {
        boolean byItself = !stopKnown && !ending && !signals.containsKey(Signals.TSTP) && !signals.containsKey(Signals.CONT);
        stopKnown |= byItself;
        return byItself;
    }

    /** The next go-on that the OS process tells of is the daemon's. */
    synchronized void letGoOn() {
        goOnSent = true;
    }

    /** The OS process goes on: whether by its daemon. */
    synchronized boolean goesOn() {
        boolean byDaemon = goOnSent;
        stopKnown = false;
        goOnSent = false;
        return byDaemon;
    }

    /** From now on output waits for the landing that the deputy becomes. */
    synchronized void becomeLanding(LinkMessage.BecomeLanding order) {
        becomingLanding = true;
        link.send(order);
        link = null;
    }

    /** Whether nobody will show anything any more; looks for itself. */
    private boolean isGone() {
        if (!gone && link == null && !osProcess.getAsBoolean()) {
            gone = true;
            if (ended == null) {
                LOG.warn("the deputy of process {} (host OS pid {}) is gone; the process goes on and its output is thrown away", vpid, osPid);
            }
            for (DeputyOutput output : outputs) {
                output.discard();
            }
            notifyAll();
        }
        return gone;
    }

    // ---- output

    /**
     * Delivers the stream of one incarnation from where it has come to its end, see {@link OutputSender}; blocks until then. The
     * caller closes the stream, which is the last answer.
     */
    void pump(int fd, int incarnation, ByteStream stream) throws InterruptedException, IOException {
        OutputLane lane = lanes[fd - 1];
        DataOutputStream answers = new DataOutputStream(stream.output());
        streams.add(stream);
        if (hostLost) {
            stream.reset("the host is lost");
        }
        awaitKnown(fd);
        if (!lane.take(incarnation)) {
            streams.remove(stream);
            answers.writeLong(OutputSender.ALL);
            return;
        }
        Teller teller = new Teller(fd, incarnation, answers);
        boolean whole = false;
        try {
            answers.writeLong(received(fd, incarnation));
            DataInputStream in = new DataInputStream(stream.input());
            long at = in.readLong();
            teller.start();
            byte[] buffer = new byte[CHUNK];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                deliver(new LinkMessage.Stdio(fd, incarnation, at, Arrays.copyOf(buffer, count)));
                at += count;
            }
            whole = true;
        } catch (IOException broken) {
            LOG.debug("output {} of process {} broke and goes on over another stream: {}", fd, vpid, broken.getMessage());
        } finally {
            streams.remove(stream);
            if (whole || hostLost) {
                lane.ended(incarnation);
            } else {
                lane.broken(incarnation);
            }
            teller.end(whole);
        }
    }

    /** Says to a host how far its output is shown. */
    private final class Teller {
        private final int fd;
        private final int incarnation;
        private final DataOutputStream answers;
        private Thread thread;
        /** Guarded by the deputy. */
        private boolean over;
        /** Guarded by the deputy. */
        private boolean toldBroken;

        Teller(int fd, int incarnation, DataOutputStream answers) {
            this.fd = fd;
            this.incarnation = incarnation;
            this.answers = answers;
        }

        void start() {
            thread = Thread.ofVirtual().name("ssi-shown-" + vpid + "-" + fd).start(this::run);
        }

        /** @param shown whether all has to be shown first */
        void end(boolean shown) throws InterruptedException {
            synchronized (Deputy.this) {
                while (shown && shown(fd, incarnation) < received(fd, incarnation)) {
                    awaitShown();
                }
                over = true;
                Deputy.this.notifyAll();
            }
            if (thread != null) {
                thread.join();
            }
        }

        private void run() {
            try {
                long told = 0;
                for (long answer = next(told); answer != 0; answer = next(told)) {
                    answers.writeLong(answer);
                    answers.flush();
                    told = Math.max(told, answer);
                }
            } catch (IOException broken) {
                LOG.debug("output {} of process {}: {}", fd, vpid, broken.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** 0 when there is no more to tell. */
        private long next(long told) throws InterruptedException {
            synchronized (Deputy.this) {
                while (!over && shown(fd, incarnation) <= told && broken[fd - 1] == toldBroken) {
                    awaitShown();
                }
                if (broken[fd - 1] && !toldBroken) {
                    toldBroken = true;
                    return OutputSender.BROKEN;
                }
                long now = shown(fd, incarnation);
                return now > told ? now : 0;
            }
        }
    }

    private synchronized void awaitKnown(int fd) throws InterruptedException {
        while (!isGone() && !outputs[fd - 1].isKnown()) {
            awaitShown();
        }
    }

    /** Waits for news of the OS process, which may be that it is gone. */
    private void awaitShown() throws InterruptedException {
        wait(link != null ? 0 : LOOK_MILLIS);
    }

    private synchronized long received(int fd, int incarnation) {
        return outputs[fd - 1].received(incarnation);
    }

    private synchronized long shown(int fd, int incarnation) {
        return isGone() ? received(fd, incarnation) : outputs[fd - 1].shown(incarnation);
    }

    /** The host is lost: nothing more can come, even if its link still stands. */
    void breakStreams(String cause, int incarnation) {
        hostLost = true;
        streams.forEach(stream -> stream.reset(cause));
        for (OutputLane lane : lanes) {
            lane.lost(incarnation);
        }
    }

    private synchronized void deliver(LinkMessage.Stdio piece) throws InterruptedException {
        DeputyOutput output = outputs[piece.fd() - 1];
        while (!isGone() && (link == null || output.bytes() + piece.bytes().length > CREDIT)) {
            awaitShown();
        }
        if (gone) {
            discarded += piece.bytes().length;
            output.passed(piece);
            notifyAll();
            return;
        }
        output.add(piece);
        link.send(piece);
    }

    synchronized void acknowledged(LinkMessage.StdioAck ack) {
        if (ack.fd() == 1 || ack.fd() == 2) {
            lanes[ack.fd() - 1].begin(ack.incarnation());
            outputs[ack.fd() - 1].acknowledged(ack);
            notifyAll();
        }
    }

    /** What is written to this output can go nowhere any more. The OS process takes and drops what still comes; hosts are told. */
    synchronized void broke(int fd) {
        if (fd == 1 || fd == 2) {
            broken[fd - 1] = true;
            notifyAll();
        }
    }

    /** Blocks until all output before this incarnation is delivered and acknowledged, or there is nobody to take it. */
    void drained(int incarnation) throws InterruptedException {
        lanes[0].await(incarnation);
        lanes[1].await(incarnation);
        synchronized (this) {
            while (!isGone() && outputs[0].bytes() + outputs[1].bytes() > 0) {
                awaitShown();
            }
        }
    }

    /** As {@link #drained}, of the last incarnation too. */
    void drainedToTheLast(int incarnation) throws InterruptedException {
        lanes[0].awaitLast(incarnation);
        lanes[1].awaitLast(incarnation);
        drained(incarnation);
    }

    /** The host has nothing more to send of it. */
    void outputOver(int incarnation) {
        for (OutputLane lane : lanes) {
            lane.lost(incarnation);
        }
    }

    /** Says how the process ended, now or when the OS process connects, and waits until that has ended too; after {@link #drained}. */
    synchronized void exit(ExitStatus exit) throws InterruptedException {
        if (ended == null) {
            ended = exit;
            tellExit();
        }
        while (!isGone()) {
            awaitShown();
        }
        if (discarded > 0) {
            LOG.warn("{} bytes of output of process {} were thrown away, because its deputy was gone", discarded, vpid);
        }
    }

    private void tellExit() {
        if (ended != null && link != null) {
            if (!ended.cause().isEmpty()) {
                byte[] text = ("ssi: process " + vpid + " ended: " + ended.cause() + "\n").getBytes(StandardCharsets.UTF_8);
                link.send(new LinkMessage.Stdio(2, DAEMON_SAYS, 0, text));
            }
            link.send(new LinkMessage.Exit(ended.status(), ended.signal()));
        }
    }

    // ---- input: passed on, and remembered by the OS process alone

    synchronized void wanted(NodeId node, VprocMessages.StdinWanted wanted) {
        if (want != null && wanted.incarnation() < want.incarnation()) {
            return;
        }
        wantNode = node;
        want = wanted;
        if (isGone()) {
            read(wanted.position(), new byte[0]);
        } else {
            askForInput();
        }
    }

    private void askForInput() {
        if (want != null && link != null) {
            link.send(new LinkMessage.StdinWant(want.position(), want.max()));
        }
    }

    /** What stands there; goes to whoever asked last. */
    synchronized void read(long position, byte[] bytes) {
        if (want != null) {
            stdinSender.send(wantNode, new VprocMessages.StdinData(vpid.value(), want.incarnation(), position, bytes));
        }
    }
}
