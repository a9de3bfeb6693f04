package io.ssi.agent.link;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.wire.KeptFolder;
import io.ssi.core.wire.LinkMessage;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The connection of this JVM to the daemon of its host, kept for as long as the JVM lives: made in the background while the
 * program starts, and made again, under the same VPid, when the daemon was restarted.
 *
 * <p>Lock: {@code this}, for the state of the connection; never held while something is sent or read.
 */
public final class DaemonLink {
    /** Takes what the daemon sends, on the link's reader thread, in order. */
    public interface Listener {
        void onMessage(LinkMessage message);

        /** The daemon does not want this JVM; false if the program runs on without it. */
        boolean refused(String reason);

        /** The connection broke; before any other is made. */
        void onDisconnect();

        /** The move whose outcome this JVM does not know, 0 if there is none. */
        long undecided();

        /** This JVM ends without a daemon: what it has written and no daemon has taken goes there, unless a daemon has heard of it meanwhile. */
        void leaveOutputs(KeptFolder folder);
    }

    /** How long whoever asks for the VPid waits for the daemon, milliseconds: a daemon may have to be started. */
    private static final long VPID_WAIT_MILLIS = 20_000;
    /** How long the end of the JVM may wait for the daemon to take the exit status, milliseconds. */
    private static final long EXIT_WAIT_MILLIS = 500;
    /** And to hear it and hang up. */
    private static final long HANG_UP_WAIT_MILLIS = 300;
    /** How long it may wait while the link is being made again. */
    private static final long GREET_WAIT_MILLIS = 2_000;
    private static final long REPORT_MILLIS = 2_000;
    /** A daemon that restarts is back within this; then an undecided program says why it stands still. */
    private static final long QUIET_NANOS = 10_000_000_000L;
    private static final long RETRY_MILLIS_MIN = 100;
    private static final long RETRY_MILLIS_MAX = 500;

    private static final int CONNECTING = 0;
    private static final int UP = 1;
    /** Lost; connecting again. */
    private static final int DOWN = 2;
    /** There is no daemon, or it refused: the program runs on its own. */
    private static final int ALONE = 3;

    private volatile String path;
    private volatile Thread reader;
    private final Identity identity;
    private final Listener listener;
    private final DaemonStarter starter;
    private DaemonSocket socket;
    private int state = CONNECTING;
    private boolean silent;
    /** A new daemon is being told of this JVM, and does not know it yet. */
    private boolean greeting;
    /** The daemon has heard the last word. */
    private volatile boolean heard;
    /** Null while the program starts, which shall not wait for the search of the counters. */
    private volatile LiveHeap heap;
    /** Where to leave what no daemon takes; "" if there is no such place. */
    private volatile String kept = "";
    private volatile int vpid;
    private volatile int node;
    private volatile int incarnation;
    /** What the daemon gave us to keep for it. */
    private volatile byte[] row = new byte[0];

    /**
     * @param path null for the usual one
     * @param starter null if no daemon is to be started
     */
    public DaemonLink(String path, Identity identity, Listener listener, DaemonStarter starter) {
        this.path = path;
        this.identity = identity;
        this.listener = listener;
        this.starter = starter;
    }

    /** Connects in the background. */
    public void start() {
        LinkThread thread = new LinkThread();
        reader = thread;
        thread.launch();
    }

    /** Of the socket; null while nothing was tried. */
    public String path() {
        return path;
    }

    /** 0 before the daemon gave it. */
    public int vpid() {
        return vpid;
    }

    public int node() {
        awaitVPid();
        return node;
    }

    /** 0 before there is one: in a landing until Go. */
    public int incarnation() {
        return incarnation;
    }

    /** The JVM is this incarnation now, 0 for none yet; a later connection says so. */
    public void entered(int nowIncarnation, byte[] nowRow) {
        row = nowRow;
        incarnation = nowIncarnation;
    }

    /** Waits while the daemon is being reached; 0 if there is none. */
    public int awaitVPid() {
        // The thread that starts a daemon asks too, as every starter of a process does.
        if (vpid != 0 || Thread.currentThread() instanceof AgentThread) {
            return vpid;
        }
        awaitConnected(VPID_WAIT_MILLIS);
        return vpid;
    }

    private void awaitConnected(long millis) {
        boolean interrupted = false;
        long end = System.nanoTime() + millis * 1_000_000;
        synchronized (this) {
            long left = millis;
            while (state == CONNECTING && left > 0) {
                try {
                    wait(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                left = (end - System.nanoTime()) / 1_000_000;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** @throws IOException if there is no daemon now */
    public void send(LinkMessage message) throws IOException {
        DaemonSocket now;
        synchronized (this) {
            now = socket;
        }
        if (now == null) {
            throw new IOException("there is no connection to the node daemon at " + path);
        }
        now.send(message);
    }

    /** From now on the daemon hears nothing of how this JVM ends. */
    public synchronized void silence() {
        silent = true;
    }

    /**
     * The last word. Bounded; a daemon that does not read keeps no program from ending. One that does not hear it finds it on disk, when it is
     * back or the next one is started.
     */
    public void exiting(int status) {
        // Kept for later: it must not cut the last word short.
        boolean interrupted = Thread.interrupted();
        boolean connected;
        boolean known;
        synchronized (this) {
            long end = System.nanoTime() + GREET_WAIT_MILLIS * 1_000_000;
            for (long left = GREET_WAIT_MILLIS; greeting && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                try {
                    wait(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            // A program so short that the daemon has not heard of it yet does not wait to tell of its end.
            known = !silent && (socket != null || state == DOWN);
            connected = socket != null;
            silent = true;
        }
        if (known) {
            if (connected) {
                interrupted |= lastWord(status);
            }
            if (!heard && incarnation != 0 && !kept.isEmpty()) {
                leave(status);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether a daemon has the last word of this JVM. */
    public boolean isHeard() {
        return heard;
    }

    /** True if it was interrupted. */
    private boolean lastWord(int status) {
        AgentThread last = new LastWord(status);
        last.launch();
        try {
            last.join(EXIT_WAIT_MILLIS);
            // The daemon hangs up. HotSpot waits up to 300 ms, 10 at a time, for threads inside a native read, as the link's is until then;
            // to close the link here would load some sixty classes.
            reader.join(HANG_UP_WAIT_MILLIS);
        } catch (InterruptedException e) {
            return true;
        }
        return false;
    }

    /** The output first: whoever finds the letter and no process takes what is there. */
    private void leave(int status) {
        KeptFolder folder = new KeptFolder(Path.of(kept), vpid, incarnation);
        listener.leaveOutputs(folder);
        if (heard) {
            return; // by a daemon that was only slow
        }
        try {
            folder.write(new KeptFolder.Letter(status, row));
        } catch (IOException e) {
            // Its status stays unknown to other nodes.
        }
    }

    /** False if the JVM ends: then no daemon is to learn of it any more. */
    private synchronized boolean greeting(boolean now) {
        if (now && silent) {
            return false;
        }
        greeting = now;
        notifyAll();
        return true;
    }

    private synchronized boolean isSilent() {
        return silent;
    }

    private final class LastWord extends AgentThread {
        private final int status;

        LastWord(int status) {
            super("ssi-exit");
            this.status = status;
        }

        @Override
        public void run() {
            try {
                send(new LinkMessage.Exiting(status));
            } catch (IOException e) {
                // The daemon is gone; it will find out about this process when it is back.
            }
        }
    }

    private synchronized void state(int now, DaemonSocket connection) {
        state = now;
        socket = connection;
        notifyAll();
    }

    private final class LinkThread extends AgentThread {
        LinkThread() {
            super("ssi-link");
        }

        @Override
        public void run() {
            if (path == null) {
                path = SocketPath.standard();
            }
            try {
                DaemonSocket first = firstConnection();
                if (first == null || !greetFirst(first)) {
                    return;
                }
                new Reporter().launch();
                converse(first);
            } catch (InterruptedException e) {
                state(ALONE, null);
            }
        }

        private DaemonSocket firstConnection() throws InterruptedException {
            try {
                return DaemonSocket.connect(path);
            } catch (IOException e) {
                DaemonSocket started = starter == null ? null : starter.start(path);
                if (started == null) {
                    state(ALONE, null);
                }
                return started;
            }
        }

        /** Reads until the connection breaks, then makes a new one, for ever. */
        private void converse(DaemonSocket first) throws InterruptedException {
            DaemonSocket now = first;
            while (true) {
                read(now);
                if (isSilent()) {
                    return;
                }
                now.close();
                state(DOWN, null);
                listener.onDisconnect();
                now = again();
                if (now == null) {
                    return;
                }
            }
        }

        private void read(DaemonSocket now) {
            try {
                for (LinkMessage message = now.read(); message != null; message = now.read()) {
                    dispatch(message);
                }
            } catch (IOException | SsiException e) {
                // Broken or no protocol we know: connect again.
            }
        }

        private void dispatch(LinkMessage message) {
            if (message instanceof LinkMessage.Exit) {
                heard = true;
                return;
            }
            try {
                listener.onMessage(message);
            } catch (RuntimeException e) {
                System.err.println("ssi: a message of the node daemon failed: " + e);
            }
        }

        /** Until there is a daemon that takes us; null if the JVM ends. A program may wait for that for long, and runs meanwhile unless it is undecided. */
        private DaemonSocket again() throws InterruptedException {
            long wait = RETRY_MILLIS_MIN;
            boolean said = false;
            long since = System.nanoTime();
            while (true) {
                Thread.sleep(wait);
                wait = Math.min(wait * 2, RETRY_MILLIS_MAX);
                if (!greeting(true)) {
                    return null;
                }
                DaemonSocket next = null;
                try {
                    next = DaemonSocket.connect(path);
                    LinkMessage answer = greet(next);
                    if (answer instanceof LinkMessage.Welcome) {
                        report();
                        return next;
                    }
                    if (answer instanceof LinkMessage.Refused refused) {
                        said = refusedAgain(refused, said);
                    }
                } catch (IOException | SsiException e) {
                    // Not back yet.
                } finally {
                    greeting(false);
                }
                if (next != null) {
                    next.close();
                    state(DOWN, null);
                }
                if (!said && listener.undecided() != 0 && System.nanoTime() - since > QUIET_NANOS) {
                    said = true;
                    System.err.println("ssi: the node daemon at " + path
                            + " went away in the middle of a move; this program stands still until it is back (ssi-node start)");
                }
            }
        }

        /** A JVM whose process lives elsewhere must end; for any other reason it goes on as it is and asks again. */
        private boolean refusedAgain(LinkMessage.Refused refused, boolean said) {
            if (!said) {
                System.err.println("ssi: the node daemon refused this program: " + refused.message());
            }
            listener.refused(refused.message());
            if (refused.code() == ErrorCode.STALE_INCARNATION.number()) {
                silence();
                Runtime.getRuntime().halt(1);
            }
            return true;
        }

        /** False if the daemon does not want us: the program runs outside the cluster. */
        private boolean greetFirst(DaemonSocket connection) {
            try {
                LinkMessage answer = greet(connection);
                if (answer instanceof LinkMessage.Welcome) {
                    return true;
                }
                if (answer instanceof LinkMessage.Refused refused && !listener.refused(refused.message())) {
                    System.err.println("ssi: the node daemon refused this program: " + refused.message());
                    System.err.println("ssi: it runs outside the cluster");
                }
            } catch (IOException | SsiException e) {
                if (!isSilent()) {
                    System.err.println("ssi: the node daemon at " + path + " hung up: " + e.getMessage());
                }
            }
            connection.close();
            state(ALONE, null);
            return false;
        }

        /** Says who we are; the answer. */
        private LinkMessage greet(DaemonSocket connection) throws IOException {
            connection.send(identity.hello(vpid, incarnation, listener.undecided(), row));
            // What follows is heard after the greeting, whether it was answered or not.
            synchronized (DaemonLink.this) {
                socket = connection;
            }
            LinkMessage answer = connection.read();
            if (answer instanceof LinkMessage.Welcome welcome) {
                vpid = welcome.vpid();
                node = welcome.node();
                kept = welcome.kept();
                entered(welcome.incarnation(), welcome.row());
                if (starter != null) {
                    starter.welcomed(welcome.node());
                }
                state(UP, connection);
            }
            return answer;
        }
    }

    private void report() throws IOException {
        LiveHeap known = heap;
        long left = known == null ? -1 : known.bytes();
        Runtime runtime = Runtime.getRuntime();
        send(new LinkMessage.Report(reader.getThreadGroup().activeCount(), left >= 0 ? left : runtime.totalMemory() - runtime.freeMemory()));
    }

    private final class Reporter extends AgentThread {
        Reporter() {
            super("ssi-report");
        }

        @Override
        public void run() {
            try {
                while (true) {
                    try {
                        report();
                    } catch (IOException e) {
                        // The link thread is connecting again.
                    }
                    Thread.sleep(REPORT_MILLIS);
                    if (heap == null) {
                        heap = new LiveHeap();
                    }
                }
            } catch (InterruptedException e) {
                // Nobody interrupts it.
            }
        }
    }
}
