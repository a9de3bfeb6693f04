package io.ssi.migrate.node;

import io.ssi.core.cluster.Consensus;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.node.AppLink;
import io.ssi.vproc.node.Landing;
import io.ssi.vproc.node.LandingSpec;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One move, seen from the target. See the package for the protocol and its crashes. Runs on the stream's thread. */
final class Arrival {
    private static final long LOAD_MILLIS = 60_000;
    private static final long BUILD_MILLIS = 600_000;
    private static final long RUN_MILLIS = 30_000;
    private static final long ASK_AGAIN_MILLIS = 500;
    private static final Duration FETCH = Duration.ofSeconds(30);
    /** Memory a landing JVM needs beside the heap it takes over, bytes. */
    private static final long JVM_BYTES = 64L << 20;
    private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);

    private final Migrations.Parts parts;
    private final NodeId from;
    private final long migration;
    private final ProcessRow before;
    private final Consensus.Place place;
    private final Frames frames;
    private Conversation landing;

    Arrival(Migrations.Parts parts, NodeId from, long migration, ProcessRow before, int placeIncarnation, Frames frames) {
        this.parts = parts;
        this.from = from;
        this.migration = migration;
        this.before = before;
        this.place = new Consensus.Place(before.vpid(), from, placeIncarnation);
        this.frames = frames;
    }

    void run() {
        Landing started = null;
        try {
            LinkMessage.Prepared prepared = frames.next(LinkMessage.Prepared.class);
            started = start(prepared);
            build(started, prepared);
        } catch (IOException | RuntimeException e) {
            if (started != null) {
                started.kill();
            }
            refuse(e);
            return;
        }
        follow(started);
    }

    private void refuse(Exception e) {
        LOG.info("process {} does not come here: {}", before.vpid(), e.getMessage());
        SsiException reason = e instanceof SsiException known ? known
                : new SsiException(ErrorCode.INTERNAL, "node " + parts.self() + ": " + e, e);
        try {
            frames.send(Departure.cannot(migration, reason));
        } catch (IOException gone) {
            LOG.debug("node {} is gone: {}", from, gone.getMessage());
        }
    }

    private Landing start(LinkMessage.Prepared prepared) {
        checkJdk(prepared);
        checkArguments(prepared);
        checkMemory(prepared);
        ClassPathCache cache = new ClassPathCache(parts.settings().classCache());
        List<String> classPath = new ArrayList<>();
        for (LinkMessage.PathEntry entry : prepared.classPath()) {
            classPath.add(cache.locate(entry, this::fetch).toString());
        }
        long token = parts.landings().newToken();
        List<String> argv = new ArrayList<>();
        argv.add(parts.settings().java().toString());
        argv.addAll(prepared.jvmArguments());
        argv.add("-javaagent:" + parts.settings().agentJar() + "=landing=" + token + ",socket=" + parts.settings().socket());
        argv.add("-cp");
        argv.add(String.join(File.pathSeparator, classPath));
        argv.add("io.ssi.agent.Premain");
        argv.add("landing");
        return parts.landings().start(new LandingSpec(before.vpid(), token, argv, prepared.environment(), prepared.workDir()));
    }

    private byte[] fetch(String path, long offset, int max) {
        return Departure.get(parts.transport().call(from, new MigrateMessages.FetchRequest(migration, path, offset, max), FETCH),
                "class path entry " + path + " from node " + from);
    }

    private void checkJdk(LinkMessage.Prepared prepared) {
        String here = System.getProperty("java.vendor") + " " + Runtime.version() + " " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch");
        if (!here.equals(prepared.javaBuild())) {
            throw new SsiException(ErrorCode.WRONG_JDK, "process " + before.vpid() + " runs on JDK " + prepared.javaBuild() + ", node "
                    + parts.self() + " has " + here + "; install the same build on both");
        }
    }

    private void checkArguments(LinkMessage.Prepared prepared) {
        for (String argument : prepared.jvmArguments()) {
            if (argument.startsWith("-javaagent:") || argument.startsWith("-agentlib:") || argument.startsWith("-agentpath:")) {
                throw new SsiException(ErrorCode.PINNED, "process " + before.vpid() + " was started with " + argument
                        + "; a program with other agents cannot move yet, start it without");
            }
            if (argument.startsWith("--module-path") || argument.startsWith("-Djdk.module.main")) {
                throw new SsiException(ErrorCode.PINNED, "process " + before.vpid() + " was started from the module path; such programs "
                        + "cannot move yet, start it with -cp");
            }
        }
    }

    private void checkMemory(LinkMessage.Prepared prepared) {
        long available = HostMemory.availableBytes();
        if (prepared.heapUsed() + JVM_BYTES > available) {
            throw new SsiException(ErrorCode.LIMIT, "process " + before.vpid() + " uses " + (prepared.heapUsed() >> 20) + " MiB of heap, node "
                    + parts.self() + " has " + (available >> 20) + " MiB of memory free; free some or choose another node");
        }
    }

    private void build(Landing started, LinkMessage.Prepared prepared) throws IOException {
        AppLink link = get(started.link());
        landing = new Conversation(link, "the landing JVM on node " + parts.self(), migration, chunk -> { });
        landing.send(new LinkMessage.Land(migration, prepared.classes()));
        landing.await(LinkMessage.LandReady.class, LOAD_MILLIS);
        frames.send(new LinkMessage.LandReady(migration));
        LinkMessage part;
        do {
            part = frames.next();
            if (part instanceof LinkMessage.ImageChunk) {
                landing.send(part);
            }
        } while (part instanceof LinkMessage.ImageChunk);
        landing.send(Frames.expect(part, LinkMessage.ImageEnd.class));
        frames.send(landing.await(LinkMessage.Built.class, BUILD_MILLIS));
    }

    private static AppLink get(CompletableFuture<AppLink> link) {
        try {
            return link.join();
        } catch (java.util.concurrent.CompletionException e) {
            throw e.getCause() instanceof SsiException known ? known
                    : new SsiException(ErrorCode.CANNOT_START, "the landing JVM did not connect: " + e.getCause(), e);
        }
    }

    /** From Built on the source may commit at any moment; what it says or what the group says decides. */
    private void follow(Landing started) {
        boolean committed;
        try {
            LinkMessage word = frames.next();
            if (word instanceof LinkMessage.Cannot) {
                LOG.info("process {} stays on node {}", before.vpid(), from);
                started.kill();
                return;
            }
            Frames.expect(word, LinkMessage.Go.class);
            committed = true;
        } catch (IOException | SsiException e) {
            LOG.warn("process {}: node {} is silent after its image was built ({}); the group decides", before.vpid(), from, e.getMessage());
            committed = resolve();
        }
        if (committed) {
            go(started);
        } else {
            started.kill();
        }
    }

    /** True if the process is ours; false once it is certain that it never will be by this move. */
    private boolean resolve() {
        while (true) {
            try {
                Consensus.Place now = Departure.get(parts.consensus().place(before.vpid()), "the place of process " + before.vpid()).orElse(null);
                if (now == null || !now.equals(place)) {
                    return now != null && now.node().equals(parts.self()) && now.incarnation() == place.incarnation() + 1;
                }
                // Not committed yet: make sure that it cannot be any more.
                if (Departure.get(parts.consensus().placeMove(place, from, ~migration), "the veto")) {
                    return false;
                }
            } catch (SsiException e) {
                LOG.debug("process {}: {}", before.vpid(), e.getMessage());
            }
            try {
                Thread.sleep(ASK_AGAIN_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    private void go(Landing started) {
        try {
            ProcessRow row = parts.processes().adopt(before, started);
            parts.landings().readyToGo(started, row).join();
            landing.send(new LinkMessage.Go(migration, row.incarnation()));
            frames.send(landing.await(LinkMessage.Running.class, RUN_MILLIS));
        } catch (IOException | RuntimeException e) {
            LOG.warn("process {} after its commit: {}", before.vpid(), e.toString());
        }
    }

    /** Free memory of this host. */
    private static final class HostMemory {
        static long availableBytes() {
            try {
                for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                    if (line.startsWith("MemAvailable:")) {
                        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                    }
                }
            } catch (IOException e) {
                LOG.debug("/proc/meminfo: {}", e.toString());
            }
            return Long.MAX_VALUE;
        }
    }
}
