package io.ssi.agent.deputy;

import io.ssi.agent.input.DescriptorReader;
import io.ssi.agent.input.InputLog;
import io.ssi.agent.input.InputPump;
import io.ssi.agent.link.AgentThread;
import io.ssi.agent.link.DaemonSocket;
import io.ssi.agent.link.Identity;
import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM in the place of a process that moved away. It gives the process's output to whoever started it, reads input when the
 * process wants some, passes signals on, and ends as the process ends.
 *
 * <p>All its threads block the forwarded signals (the mask came through exec, and -Xrs keeps the JVM from touching them): each
 * waits in the kernel until the signal thread takes it, so none is lost, however early.
 */
public final class Deputy implements InputPump.Sender {
    private static final long RETRY_MILLIS = 200;
    /** A daemon that restarts is back within this; then a line is said, once. */
    private static final long QUIET_MILLIS = 10_000;

    private final String path;
    private final Identity identity;
    private final Libc libc = new Libc(null);
    private final Terminal terminal;
    private final Object lock = new Object();
    /** Guarded by lock; null while there is none. */
    private DaemonSocket socket;
    /** The daemon has been gone for long. */
    private volatile boolean alone;
    /** The user let the process go on, and no daemon knows of it yet. */
    private volatile boolean goesOn;

    private Deputy(String path, Identity identity, Remains remains) {
        this.path = path;
        this.identity = identity;
        this.terminal = new Terminal(remains, new Descriptor(), this);
    }

    /** Arguments: "deputy", token, socket, the descriptor of {@link Remains} if there are any. */
    public static void main(String[] arguments) throws Exception {
        Identity identity = new Identity(LinkMessage.Role.DEPUTY, Long.parseLong(arguments[1]), Identity.osPid(),
                System.currentTimeMillis());
        Remains remains = arguments.length > 3 ? Remains.take(Integer.parseInt(arguments[3])) : Remains.of(new InputLog(0));
        new Deputy(arguments[2], identity, remains).run(remains.signals());
    }

    private void run(int earlySignals) throws InterruptedException {
        new SignalThread(earlySignals).launch();
        for (int descriptor = 1; descriptor <= 2; descriptor++) {
            if (isPipe(descriptor)) {
                new Watch(descriptor).launch();
            }
        }
        while (true) {
            DaemonSocket now = connect();
            terminal.connected();
            tellGoesOn();
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
                next.send(identity.hello(0, 0, 0, new byte[0]));
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
                        + " is gone; this process runs on another node, its output is kept until the daemon is back (ssi-node start), for 30 s if it was killed");
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

    @Override
    public void offer(LinkMessage message) {
        trySend(message);
    }

    private void tellGoesOn() {
        if (goesOn && trySend(new LinkMessage.Signal(Libc.SIGCONT))) {
            goesOn = false;
        }
    }

    /** False if there is no daemon now. */
    private boolean trySend(LinkMessage message) {
        DaemonSocket now;
        synchronized (lock) {
            now = socket;
        }
        try {
            if (now != null) {
                now.send(message);
                return true;
            }
        } catch (IOException e) {
            // As without one.
        }
        return false;
    }

    private void handle(LinkMessage message) throws InterruptedException, IOException {
        if (terminal.message(message)) {
            return;
        }
        if (message instanceof LinkMessage.Exit exit) {
            terminal.drain();
            if (exit.signal() != 0) {
                libc.die(exit.signal());
            }
            Runtime.getRuntime().halt(exit.status());
        } else if (message instanceof LinkMessage.BecomeLanding landing) {
            become(landing);
        }
    }

    private void become(LinkMessage.BecomeLanding landing) throws IOException, InterruptedException {
        if (!libc.changeDirectory(landing.workDir())) {
            System.err.println("ssi: the process comes home but its folder " + landing.workDir() + " is gone; it runs in "
                    + System.getProperty("user.dir"));
        }
        Remains.Place remains = new Remains.Place(libc, terminal.leave());
        Departure.closeAllOnExec(libc);
        libc.keepOnExec(remains.descriptor);
        List<String> command = new ArrayList<>();
        for (String argument : landing.argv()) {
            command.add(argument.startsWith("-javaagent:") ? argument + ",remains=" + remains.descriptor : argument);
        }
        Runnable exec = libc.exec(command, landing.environment());
        Departure.unmask(libc);
        exec.run();
        libc.block(Departure.FORWARDED);
        System.err.println("ssi: cannot start " + landing.argv().get(0) + " for the process that comes home");
    }

    private final class Descriptor implements DescriptorReader.Descriptor {
        private final FileInputStream stream = new FileInputStream(FileDescriptor.in);
        private final Runnable readable = libc.awaitReadable(0);

        @Override
        public void awaitReadable() {
            readable.run();
        }

        @Override
        public int read(byte[] to) throws IOException {
            return stream.read(to);
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /** One without a name: once its last reader is gone nobody can become one, as can with a FIFO. */
    private static boolean isPipe(int descriptor) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(descriptor))).toString().startsWith("pipe:");
        } catch (IOException e) {
            return false;
        }
    }

    /** Notices that nobody reads an output any more before the program writes again, as the program itself would at its next write. */
    private final class Watch extends AgentThread {
        private final int descriptor;

        Watch(int descriptor) {
            super("ssi-watch-" + descriptor);
            this.descriptor = descriptor;
        }

        @Override
        public void run() {
            if (libc.awaitBroken(descriptor)) {
                terminal.broke(descriptor);
            }
        }
    }

    private final class SignalThread extends AgentThread {
        /** Bit n for signal n. */
        private final int early;
        /** As the program was started; through exec they are still. They are passed on, because the program may mind them by now. */
        private final long ignored = IgnoredSignals.now();

        SignalThread(int early) {
            super("ssi-signals");
            this.early = early;
        }

        @Override
        public void run() {
            try {
                for (int signal : Departure.FORWARDED) {
                    if ((early & 1 << signal) != 0) {
                        send(new LinkMessage.Signal(signal));
                    }
                }
                MemorySegment set = libc.set(Departure.FORWARDED);
                while (true) {
                    int signal = libc.awaitSignal(set);
                    if (signal == Libc.SIGTSTP || signal == Libc.SIGCONT) {
                        jobControl(signal);
                        continue;
                    }
                    if (alone && (ignored & 1L << signal) == 0) {
                        // Nobody to pass it on to: it is meant for what the user sees here.
                        libc.die(signal);
                    }
                    send(new LinkMessage.Signal(signal));
                }
            } catch (InterruptedException e) {
                // Nobody interrupts it.
            }
        }

        /**
         * Ctrl-Z is the program's to answer: if it stops, or is out of reach, the daemon stops this process. The kernel lets it go on by itself
         * when the user wants that, who waits for no daemon.
         */
        private void jobControl(int signal) {
            if (signal == Libc.SIGCONT) {
                goesOn = true;
                tellGoesOn();
            } else if (!trySend(new LinkMessage.Signal(signal)) && (ignored & 1L << signal) == 0) {
                libc.stop();
            }
        }
    }
}
