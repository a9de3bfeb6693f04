package io.ssi.migrate.client;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.wire.LinkMessage;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * One per JVM: takes the daemon's migration messages and the hooks' calls. Work is done on one thread of its own, in the order
 * of the messages; nothing of it exists before the first message, so a program that never moves pays for nothing.
 */
public final class MigrationClient {
    private final AgentPort port;
    private final LambdaRecipes lambdas = new LambdaRecipes();
    /** Guarded by this; made at the first message. */
    private Worker worker;
    private volatile Departing departing;
    private volatile Landing landing;

    public MigrationClient(AgentPort port) {
        this.port = port;
    }

    /** A message of the migration kind; called on the link's reader thread, in order. Blocks while an image's builder is behind. */
    public void onMessage(LinkMessage message) {
        try {
            switch (message) {
                case LinkMessage.ImageChunk m -> worker().landing.chunk(m.bytes());
                case LinkMessage.ImageEnd m -> worker().landing.end(m.crc32c(), m.writeMicros());
                case LinkMessage.OfMove m -> worker().queue.add(new Order(m, port.move().connection()));
                default -> {
                    // of a newer daemon
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The current thread of the program stops here, see SsiHook.Handler. */
    public void stop(int kind, Object object, long remainingNanos) throws InterruptedException {
        Departing d = departing;
        Freezer freezer = d == null ? null : d.freezer();
        if (freezer != null) {
            freezer.stop(kind, object, remainingNanos);
        }
    }

    public void lambda(Object factory, Class<?> proxy) {
        lambdas.spun(factory, proxy);
    }

    /** Landing: this class (internal name) is initialised already at the source, so its initialiser must not run. */
    public boolean isInitialised(String internalName) {
        Landing l = landing;
        return l != null && l.isInitialised(internalName);
    }

    /** As {@link #isInitialised}: its initialiser has failed at the source, so it must here. */
    public boolean hasFailed(String internalName) {
        Landing l = landing;
        return l != null && l.hasFailed(internalName);
    }

    /** @param connection it came over; once that is broken nobody waits for what a freeze gives */
    private record Order(LinkMessage.OfMove message, int connection) {}

    private synchronized Worker worker() {
        if (worker == null) {
            worker = new Worker();
            worker.start();
        }
        return worker;
    }

    private final class Worker extends Thread {
        private final LinkedBlockingQueue<Order> queue = new LinkedBlockingQueue<>();
        private final Landing landing;

        Worker() {
            super(null, null, "ssi-migrate", 0, false);
            setDaemon(true);
            Jdk jdk = new Jdk(port.trusted());
            FrameCopies copies = new FrameCopies();
            LaunchInfo launch = new LaunchInfo(jdk, port.startMillis());
            departing = new Departing(jdk, port, lambdas, copies, launch, () -> !queue.isEmpty());
            landing = new Landing(jdk, port, lambdas, copies, launch);
            MigrationClient.this.landing = landing;
        }

        @Override
        public void run() {
            while (true) {
                try {
                    handle(queue.take());
                } catch (InterruptedException e) {
                    return;
                } catch (IOException e) {
                    // The daemon is gone. What that means for the program is decided where it was at work, and by the next daemon.
                }
            }
        }

        private void handle(Order order) throws IOException {
            try {
                dispatch(order.message(), order.connection());
            } catch (IOException e) {
                throw e;
            } catch (Exception | Error e) {
                port.send(new LinkMessage.Cannot(order.message().migration(), ErrorCode.INTERNAL.number(), List.of(describe(e))));
            }
        }

        private void dispatch(LinkMessage.OfMove message, int connection) throws Exception {
            switch (message) {
                case LinkMessage.OfMove m when isOrder(m) && port.move().undecided() != 0 -> port.send(new LinkMessage.Cannot(m.migration(),
                        ErrorCode.MIGRATION_IN_PROGRESS.number(), List.of("the program stands still in the middle of another move")));
                case LinkMessage.Prepare m -> departing.prepare(m.migration());
                case LinkMessage.Freeze m -> departing.freeze(m.migration(), m.waitMillis(), connection);
                case LinkMessage.Explain m -> departing.explain(m.migration(), m.waitMillis());
                case LinkMessage.Resume m -> {
                    departing.resume(m.migration());
                    port.send(new LinkMessage.Resumed(m.migration()));
                }
                case LinkMessage.Depart m -> depart(m);
                case LinkMessage.Land m -> land(m);
                case LinkMessage.Go m -> {
                    port.move().running();
                    landing.go();
                    port.send(new LinkMessage.Running(m.migration()));
                }
                case LinkMessage.Cannot m -> port.giveUp();
                default -> {
                    // of a newer daemon
                }
            }
        }

        private static boolean isOrder(LinkMessage message) {
            return message instanceof LinkMessage.Prepare || message instanceof LinkMessage.Freeze || message instanceof LinkMessage.Explain;
        }

        /** The process is elsewhere by now: whatever fails here, this copy must not run on. */
        private void depart(LinkMessage.Depart message) {
            if (!port.move().isFrozen(message.migration())) {
                return; // doubled, or of a move that was undone
            }
            try {
                port.depart(message.token());
            } finally {
                Runtime.getRuntime().halt(1);
            }
        }

        private void land(LinkMessage.Land message) throws Exception {
            landing.load(message.classPath(), message.classes(), message.heapUsed());
            port.send(new LinkMessage.LandReady(message.migration()));
            try {
                landing.build();
            } catch (IOException e) {
                port.send(new LinkMessage.Cannot(message.migration(), ErrorCode.BAD_FRAME.number(), List.of("the program cannot be built in the JVM"
                        + " that was started for it: " + e.getMessage())));
                return;
            }
            if (!port.move().built(message.migration())) {
                port.giveUp();
            }
            port.send(new LinkMessage.Built(message.migration(), landing.buildMicros()));
        }
    }

    /** The causes, outermost first, and where the innermost was seen. */
    private static String describe(Throwable e) {
        StringBuilder text = new StringBuilder("the move failed in the program's JVM: ").append(e);
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
            text.append("; because of ").append(cause);
        }
        return cause.getStackTrace().length == 0 ? text.toString() : text.append(" at ").append(cause.getStackTrace()[0]).toString();
    }
}
