package io.ssi.migrate.client;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.wire.LinkMessage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
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
                case LinkMessage.ImageEnd m -> worker().landing.end(m.crc32c());
                default -> worker().queue.add(message);
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

    private synchronized Worker worker() {
        if (worker == null) {
            worker = new Worker();
            worker.start();
        }
        return worker;
    }

    private final class Worker extends Thread {
        private final LinkedBlockingQueue<LinkMessage> queue = new LinkedBlockingQueue<>();
        private final Landing landing;

        Worker() {
            super(null, null, "ssi-migrate", 0, false);
            setDaemon(true);
            Jdk jdk = new Jdk(port.trusted());
            FrameCopies copies = new FrameCopies();
            departing = new Departing(jdk, port, lambdas, copies);
            landing = new Landing(jdk, port, lambdas, copies);
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
                    departing.thaw(); // the daemon is gone before the commit: it cannot have happened
                }
            }
        }

        private void handle(LinkMessage message) throws IOException {
            long migration = numberOf(message);
            try {
                dispatch(message);
            } catch (IOException e) {
                throw e;
            } catch (Exception | Error e) {
                departing.thaw();
                port.send(new LinkMessage.Cannot(migration, ErrorCode.INTERNAL.number(), List.of(describe(e))));
            }
        }

        private void dispatch(LinkMessage message) throws Exception {
            switch (message) {
                case LinkMessage.Prepare m -> departing.prepare(m.migration());
                case LinkMessage.Freeze m -> departing.freeze(m.migration(), m.waitMillis());
                case LinkMessage.Explain m -> departing.explain(m.migration(), m.waitMillis());
                case LinkMessage.Resume m -> {
                    departing.thaw();
                    port.send(new LinkMessage.Resumed(m.migration()));
                }
                case LinkMessage.Depart m -> depart(m);
                case LinkMessage.Land m -> land(m);
                case LinkMessage.Go m -> {
                    long begun = System.nanoTime();
                    landing.go();
                    port.send(new LinkMessage.Running(m.migration(), (System.nanoTime() - begun) / 1000));
                }
                default -> {
                    // of a newer daemon
                }
            }
        }

        /** The process is elsewhere by now: whatever fails here, this copy must not run on. */
        private void depart(LinkMessage.Depart message) {
            if (!departing.isFrozen()) {
                return; // doubled, or of a move that was undone
            }
            try {
                port.depart(message.token());
            } finally {
                Runtime.getRuntime().halt(1);
            }
        }

        private void land(LinkMessage.Land message) throws Exception {
            landing.load(message.classes());
            port.send(new LinkMessage.LandReady(message.migration()));
            try {
                landing.build();
            } catch (IOException e) {
                throw new ReflectiveOperationException(e.getMessage(), e);
            }
            port.send(new LinkMessage.Built(message.migration(), landing.buildMicros()));
        }
    }

    private static long numberOf(LinkMessage message) {
        return switch (message) {
            case LinkMessage.Prepare m -> m.migration();
            case LinkMessage.Freeze m -> m.migration();
            case LinkMessage.Explain m -> m.migration();
            case LinkMessage.Resume m -> m.migration();
            case LinkMessage.Land m -> m.migration();
            case LinkMessage.Go m -> m.migration();
            default -> 0;
        };
    }

    private static String describe(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
