package io.ssi.vproc.node;

import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.ByteStream;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ExitStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a daemon keeps for one deputy of its host: the connection to the terminal of a process that lives elsewhere.
 *
 * <p>Output that the deputy has not yet acknowledged is kept, at most {@value #CREDIT} bytes for each stream, and sent again when
 * the OS process connects anew (it replaces itself when it becomes a landing or a deputy). If it is killed, output is thrown away
 * and counted: the program is not told, as little as a program is whose terminal window swallows what it writes. Guarded by this.
 */
final class Deputy {
    static final int CREDIT = 256 << 10;
    private static final int CHUNK = 32 << 10;
    private static final long APPEAR_MILLIS = 30_000;
    private static final long LANE_IDLE_MILLIS = 5_000;
    private static final Logger LOG = LoggerFactory.getLogger(Deputy.class);

    /** Sends input to the host of the process; the answer comes back by {@link #delivered}. */
    interface StdinSender {
        void send(NodeId to, VPid vpid, int incarnation, long delivery, byte[] bytes);
    }

    final VPid vpid;
    final long token;
    private final StdinSender stdinSender;
    private final OutputLane[] lanes = new OutputLane[2];
    private final Set<ByteStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean hostLost;

    private HostLink link;
    private long osPid;
    private boolean gone;
    private boolean becomingLanding;
    /** Until when the OS process may be without a connection, nanoTime. */
    private long appearUntil = after(APPEAR_MILLIS);
    private final Deque<byte[]>[] unacknowledged;
    private final int[] unacknowledgedBytes = new int[2];
    private long discarded;

    private byte[] kept = new byte[0];
    private boolean keptEnd;
    private boolean asked;
    private boolean delivering;
    private long delivery;
    private NodeId wantNode;
    private int wantIncarnation;
    private int wantMax;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Deputy(VPid vpid, long token, int firstIncarnation, StdinSender stdinSender) {
        this.vpid = vpid;
        this.token = token;
        this.stdinSender = stdinSender;
        this.unacknowledged = new Deque[] {new ArrayDeque<byte[]>(), new ArrayDeque<byte[]>()};
        lanes[0] = new OutputLane(firstIncarnation, LANE_IDLE_MILLIS);
        lanes[1] = new OutputLane(firstIncarnation, LANE_IDLE_MILLIS);
    }

    // ---- the OS process that holds the terminal

    synchronized void connected(HostLink newLink) {
        link = newLink;
        osPid = newLink.osPid();
        becomingLanding = false;
        asked = false;
        for (int lane = 0; lane < 2; lane++) {
            for (byte[] bytes : unacknowledged[lane]) {
                link.send(new LinkMessage.Stdio(lane + 1, bytes));
            }
        }
        answerWant();
        notifyAll();
    }

    synchronized void disconnected(HostLink oldLink, boolean osProcessAlive) {
        if (oldLink == link) {
            link = null;
            appearUntil = after(APPEAR_MILLIS);
            if (!osProcessAlive) {
                setGone();
            }
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

    /** From now on output waits for the landing that the deputy becomes. */
    synchronized void becomeLanding(LinkMessage.BecomeLanding order) {
        becomingLanding = true;
        link.send(order);
        link = null;
        appearUntil = after(APPEAR_MILLIS);
    }

    private void setGone() {
        if (!gone) {
            gone = true;
            LOG.warn("the deputy of process {} (host OS pid {}) is gone; the process goes on and its output is thrown away", vpid, osPid);
        }
    }

    // ---- output

    /** Delivers the stream of one incarnation from its beginning to its end; blocks until then. */
    void pump(int fd, int incarnation, ByteStream stream) throws InterruptedException {
        OutputLane lane = lanes[fd - 1];
        streams.add(stream);
        if (hostLost) {
            stream.reset("the host is lost");
        }
        if (!lane.take(incarnation)) {
            LOG.warn("output {} of process {} came after its turn (incarnation {}) and is thrown away", fd, vpid, incarnation);
            streams.remove(stream);
            stream.reset("its turn has passed");
            return;
        }
        boolean whole = false;
        try {
            InputStream in = stream.input();
            byte[] buffer = new byte[CHUNK];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                deliver(fd, Arrays.copyOf(buffer, count));
            }
            whole = true;
        } catch (IOException broken) {
            LOG.warn("output {} of process {} broke, some of it may be lost: {}", fd, vpid, broken.getMessage());
        } finally {
            streams.remove(stream);
            if (whole || hostLost) {
                lane.ended(incarnation);
            } else {
                lane.broken(incarnation);
            }
        }
    }

    /** The host is lost: nothing more can come, even if its link still stands. */
    void breakStreams(String cause) {
        hostLost = true;
        streams.forEach(stream -> stream.reset(cause));
    }

    private synchronized void deliver(int fd, byte[] bytes) throws InterruptedException {
        int lane = fd - 1;
        while (!gone && (link == null || unacknowledgedBytes[lane] + bytes.length > CREDIT)) {
            if (link == null) {
                long left = (appearUntil - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    setGone();
                } else {
                    wait(left);
                }
            } else {
                wait();
            }
        }
        if (gone) {
            discarded += bytes.length;
            return;
        }
        unacknowledged[lane].addLast(bytes);
        unacknowledgedBytes[lane] += bytes.length;
        link.send(new LinkMessage.Stdio(fd, bytes));
    }

    synchronized void acknowledged(int fd, int bytes) {
        if (fd != 1 && fd != 2) {
            return;
        }
        int lane = fd - 1;
        int left = Math.min(bytes, unacknowledgedBytes[lane]);
        unacknowledgedBytes[lane] -= left;
        while (left > 0) {
            byte[] oldest = unacknowledged[lane].removeFirst();
            if (oldest.length > left) {
                unacknowledged[lane].addFirst(Arrays.copyOfRange(oldest, left, oldest.length));
            }
            left -= Math.min(left, oldest.length);
        }
        notifyAll();
    }

    /** Blocks until all output before this incarnation is delivered and acknowledged, or there is nobody to take it. */
    void drained(int incarnation) throws InterruptedException {
        lanes[0].await(incarnation);
        lanes[1].await(incarnation);
        synchronized (this) {
            while (!gone && unacknowledgedBytes[0] + unacknowledgedBytes[1] > 0) {
                wait(1000);
                if (link == null && System.nanoTime() > appearUntil) {
                    setGone();
                }
            }
        }
    }

    /** Says how the process ended; call it after {@link #drained}. */
    synchronized void exit(ExitStatus exit) {
        if (link != null) {
            if (!exit.cause().isEmpty()) {
                link.send(new LinkMessage.Stdio(2, ("ssi: process " + vpid + " ended: " + exit.cause() + "\n").getBytes(StandardCharsets.UTF_8)));
            }
            link.send(new LinkMessage.Exit(exit.status(), exit.signal()));
        }
        if (discarded > 0) {
            LOG.warn("{} bytes of output of process {} were thrown away, because its deputy was gone", discarded, vpid);
        }
    }

    // ---- input, on demand of the program

    synchronized void wanted(NodeId node, int incarnation, int max) {
        if (incarnation < wantIncarnation) {
            return;
        }
        wantNode = node;
        wantIncarnation = incarnation;
        wantMax = Math.clamp(max, 1, CHUNK);
        answerWant();
    }

    synchronized void read(byte[] bytes) {
        asked = false;
        if (bytes.length == 0) {
            keptEnd = true;
        } else {
            keep(kept, bytes);
        }
        answerWant();
    }

    /** Input the program was given but had not taken when it moved. */
    synchronized void giveBack(byte[] bytes) {
        keep(bytes, kept);
        answerWant();
    }

    synchronized void delivered(long which, int count, boolean taken) {
        if (!delivering || which != delivery) {
            return;
        }
        delivering = false;
        if (taken) {
            kept = Arrays.copyOfRange(kept, count, kept.length);
            keptEnd = count != 0 && keptEnd;
            delivery++;
            wantMax = 0;
        } else {
            // The host refused; the next incarnation, or this one when its move is off, asks again.
            wantMax = 0;
        }
    }

    private void answerWant() {
        if (wantMax == 0 || delivering) {
            return;
        }
        if (kept.length > 0 || keptEnd) {
            delivering = true;
            stdinSender.send(wantNode, vpid, wantIncarnation, delivery, Arrays.copyOf(kept, Math.min(kept.length, wantMax)));
        } else if (gone) {
            keptEnd = true;
            answerWant();
        } else if (link != null && !asked) {
            asked = true;
            link.send(new LinkMessage.StdinWant(wantMax));
        }
    }

    private void keep(byte[] first, byte[] second) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(first.length + second.length);
        all.writeBytes(first);
        all.writeBytes(second);
        kept = all.toByteArray();
    }

    /** The process is home: what was read and not taken goes to the landing, which reads the terminal itself from now on. */
    synchronized void handOver() {
        if (link != null && kept.length > 0) {
            link.send(new LinkMessage.Stdio(0, kept));
            kept = new byte[0];
        }
    }

    private static long after(long millis) {
        return System.nanoTime() + millis * 1_000_000;
    }
}
