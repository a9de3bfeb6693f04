package io.ssi.agent.deputy;

import io.ssi.agent.link.AgentThread;
import io.ssi.agent.link.DaemonSocket;
import io.ssi.agent.link.Identity;
import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage;
import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/**
 * A JVM in the place of a process that moved away. It gives the process's output to whoever started it, reads input when the
 * process wants some, passes signals on, and ends as the process ends.
 *
 * <p>All its threads block the forwarded signals (the mask came through exec, and -Xrs keeps the JVM from touching them): each
 * waits in the kernel until the signal thread takes it, so none is lost, however early.
 */
public final class Deputy {
    private static final long RETRY_MILLIS = 200;
    /** A daemon that restarts is back within this; then a line is said, once. */
    private static final long QUIET_MILLIS = 10_000;

    private final String path;
    private final Identity identity;
    private final Libc libc = new Libc(null);
    private final OutputPump out = new OutputPump(1, FileDescriptor.out, this);
    private final OutputPump err = new OutputPump(2, FileDescriptor.err, this);
    private final InputPump input;
    private final Object lock = new Object();
    /** Guarded by lock; null while there is none. */
    private DaemonSocket socket;
    /** The daemon has been gone for long. */
    private volatile boolean alone;

    private Deputy(String path, Identity identity, byte[] readBefore) {
        this.path = path;
        this.identity = identity;
        this.input = new InputPump(this, readBefore);
    }

    /** Arguments: "deputy", token, socket, input read before in hex, a signal that came before or 0. */
    public static void main(String[] arguments) throws Exception {
        Identity identity = new Identity(LinkMessage.Role.DEPUTY, Long.parseLong(arguments[1]), Identity.osPid(),
                System.currentTimeMillis());
        Deputy deputy = new Deputy(arguments[2], identity, HexFormat.of().parseHex(arguments[3]));
        deputy.run(Integer.parseInt(arguments[4]));
    }

    private void run(int earlySignal) throws InterruptedException {
        out.launch();
        err.launch();
        input.launch();
        new SignalThread(earlySignal).launch();
        while (true) {
            DaemonSocket now = connect();
            try {
                for (LinkMessage message = now.read(); message != null; message = now.read()) {
                    handle(message);
                }
            } catch (IOException | SsiException e) {
                // The daemon went away; it will be back, or this process is of no use.
            }
            now.close();
            synchronized (lock) {
                socket = null;
            }
            Thread.sleep(RETRY_MILLIS);
        }
    }

    private DaemonSocket connect() throws InterruptedException {
        long start = System.nanoTime();
        boolean said = false;
        while (true) {
            try {
                DaemonSocket next = DaemonSocket.connect(path);
                next.send(identity.hello(0, 0));
                LinkMessage answer = next.read();
                if (answer instanceof LinkMessage.Refused refused) {
                    // The process is gone, and how it ended nobody knows any more.
                    System.err.println("ssi: the process that moved away from here is lost: " + refused.message());
                    Runtime.getRuntime().halt(1);
                }
                if (answer != null) {
                    alone = false;
                    synchronized (lock) {
                        socket = next;
                        lock.notifyAll();
                    }
                    return next;
                }
                next.close();
            } catch (IOException | SsiException e) {
                // Tried again below.
            }
            if (!said && System.nanoTime() - start > QUIET_MILLIS * 1_000_000) {
                said = true;
                alone = true;
                System.err.println("ssi: the node daemon at " + path
                        + " is gone; this process runs on another node, its output waits until the daemon is back (ssi-node start)");
            }
            Thread.sleep(RETRY_MILLIS);
        }
    }

    /** Sends as soon as there is a daemon; waits for that. */
    void send(LinkMessage message) throws InterruptedException {
        while (true) {
            DaemonSocket now;
            synchronized (lock) {
                while (socket == null) {
                    lock.wait();
                }
                now = socket;
            }
            try {
                now.send(message);
                return;
            } catch (IOException e) {
                Thread.sleep(RETRY_MILLIS);
            }
        }
    }

    private void handle(LinkMessage message) throws InterruptedException {
        if (message instanceof LinkMessage.Stdio stdio) {
            (stdio.fd() == 2 ? err : out).add(stdio.bytes());
        } else if (message instanceof LinkMessage.StdinWant want) {
            input.want(want.max());
        } else if (message instanceof LinkMessage.Exit exit) {
            out.drain();
            err.drain();
            if (exit.signal() != 0) {
                libc.die(exit.signal());
            }
            Runtime.getRuntime().halt(exit.status());
        } else if (message instanceof LinkMessage.BecomeLanding landing) {
            out.drain();
            err.drain();
            become(landing);
        }
    }

    private void become(LinkMessage.BecomeLanding landing) {
        if (!libc.changeDirectory(landing.workDir())) {
            System.err.println("ssi: the process comes home but its folder " + landing.workDir() + " is gone; it runs in "
                    + System.getProperty("user.dir"));
        }
        Departure.closeAllOnExec(libc);
        libc.block(Departure.FORWARDED);
        libc.exec(landing.argv(), landing.environment());
        System.err.println("ssi: cannot start " + landing.argv().get(0) + " for the process that comes home");
    }

    private final class SignalThread extends AgentThread {
        private final int early;

        SignalThread(int early) {
            super("ssi-signals");
            this.early = early;
        }

        @Override
        public void run() {
            try {
                if (early != 0) {
                    send(new LinkMessage.Signal(early));
                }
                MemorySegment set = libc.set(Departure.FORWARDED);
                while (true) {
                    int signal = libc.awaitSignal(set);
                    if (alone) {
                        // Nobody to pass it on to: it is meant for what the user sees here.
                        libc.die(signal);
                    }
                    send(new LinkMessage.Signal(signal));
                }
            } catch (InterruptedException e) {
                // Nobody interrupts it.
            }
        }
    }
}
