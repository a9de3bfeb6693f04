package io.ssi.migrate.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.wire.LinkMessage;
import io.ssi.migrate.JdkBuild;
import io.ssi.migrate.MoveEffect;
import io.ssi.migrate.MoveEvent;
import io.ssi.migrate.TargetMove;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.RowCodec;
import io.ssi.vproc.node.Landing;
import io.ssi.vproc.node.LandingSpec;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The target's part of one move. See the package for the protocol and its crashes. Runs on a thread of its own. */
final class Arrival extends MoveRun {
    private static final Duration FETCH = Duration.ofSeconds(30);
    /** Memory a landing JVM needs beside the heap it takes over, bytes. */
    private static final long JVM_BYTES = 64L << 20;
    private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);

    private final NodeId from;
    /** As the source has it. */
    private final ProcessRow before;
    private volatile Landing landing;
    private ClassPathCache.Located classPath;
    /** Both of the stream's reader thread alone. */
    private long imageBytes;
    private boolean imageRefused;

    Arrival(Migrations.Parts parts, NodeId from, long migration, ProcessRow before, Frames frames) {
        super(parts, migration, frames);
        this.from = from;
        this.before = before;
    }

    void land() {
        TargetMove machine = new TargetMove(name(), migration, RowCodec.encode(before));
        listenToPeer(this::forward);
        try {
            report(run(List.of(), machine::on));
        } finally {
            over().complete(null);
            if (classPath != null) {
                classPath.close(); // by now it is on the command line of a JVM, or not needed
            }
        }
    }

    private void forward(LinkMessage.ImageChunk chunk) {
        imageBytes += chunk.bytes().length;
        if (!imageRefused) {
            try {
                parts.settings().checkImage(before.vpid(), imageBytes, parts.self());
                toJvm(chunk);
            } catch (SsiException e) {
                imageRefused = true;
                post(new MoveEvent.Failed(e));
            }
        }
    }

    /** A landing that was built under an earlier life of this daemon came back: it runs or it ends, as the group decided. */
    void recover(Landing returned) {
        landing = returned;
        TargetMove machine = new TargetMove(name(), migration, new byte[0]);
        listenToJvm(returned.link().join(), chunk -> { });
        try {
            report(run(machine.recover(), machine::on));
        } finally {
            over().complete(null);
        }
    }

    private void report(SsiException failure) {
        if (failure != null) {
            LOG.info("{} does not come here from node {}: {}", name(), from, failure.getMessage());
        }
    }

    private String name() {
        return "process " + before.vpid();
    }

    @Override
    String side() {
        return "target";
    }

    @Override
    void perform(MoveEffect effect) {
        switch (effect) {
            case MoveEffect.StartJvm start -> start(start.prepared());
            case MoveEffect.KillJvm kill -> {
                toJvm(new LinkMessage.Cannot(migration, ErrorCode.PEER_LOST.number(), List.of("the process stays where it is")));
                if (landing != null) {
                    landing.kill();
                }
            }
            case MoveEffect.Veto veto -> veto(before.vpid(), from, before.incarnation());
            case MoveEffect.Adopt adopt -> adopt();
            default -> throw new IllegalStateException(effect.toString());
        }
    }

    private void adopt() {
        ProcessRow row;
        try {
            row = parts.processes().adopt(before, landing);
        } catch (SsiException e) {
            hangUp(); // it comes back undecided, and then once more
            throw e;
        }
        parts.landings().readyToGo(landing, row).whenComplete((ready, failure) -> post(new MoveEvent.Adopted(row.incarnation(), RowCodec.encode(row))));
    }

    private void start(LinkMessage.Prepared prepared) {
        checkJdk(prepared);
        checkMemory(prepared);
        classPath = parts.settings().classPaths().locate(prepared.classPath(), this::fetch);
        long token = parts.landings().newToken();
        List<String> argv = new ArrayList<>();
        argv.add(parts.settings().java().toString());
        argv.addAll(prepared.jvmArguments());
        argv.add("-javaagent:" + parts.settings().agentJar() + "=landing=" + token + ",socket=" + parts.settings().socket());
        argv.add("-cp");
        // An empty -cp would be the work folder; the agent's jar is on the class path anyhow.
        argv.add(classPath.files().isEmpty() ? parts.settings().agentJar().toString()
                : classPath.files().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
        argv.add("io.ssi.agent.Premain");
        argv.add("landing");
        landing = parts.landings().start(new LandingSpec(before.vpid(), token, argv, prepared.environment(), prepared.workDir()));
        landing.link().whenComplete((link, failure) -> {
            if (failure == null) {
                listenToJvm(link, chunk -> { });
                post(new MoveEvent.JvmUp(classPath.names()));
            } else {
                Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
                post(new MoveEvent.Failed(cause instanceof SsiException known ? known
                        : new SsiException(ErrorCode.CANNOT_START, "the landing JVM of " + name() + " did not connect: " + cause, cause)));
            }
        });
    }

    private byte[] fetch(int entry, String inside, long offset, int max) {
        return Migrations.get(parts.transport().call(from, new MigrateMessages.FetchRequest(migration, entry, inside, offset, max), FETCH),
                "class path entry " + entry + " from node " + from);
    }

    private void checkJdk(LinkMessage.Prepared prepared) {
        String here = JdkBuild.name();
        if (!here.equals(prepared.javaBuild())) {
            throw new SsiException(ErrorCode.WRONG_JDK, "process " + before.vpid() + " runs on JDK " + prepared.javaBuild() + ", node "
                    + parts.self() + " has " + here + "; install the same build on both");
        }
    }

    private void checkMemory(LinkMessage.Prepared prepared) {
        long available = HostMemory.availableBytes();
        if (prepared.heapUsed() + JVM_BYTES > available) {
            throw new SsiException(ErrorCode.LIMIT, "process " + before.vpid() + " uses " + (prepared.heapUsed() >> 20) + " MiB of heap, node "
                    + parts.self() + " has " + (available >> 20) + " MiB of memory free; free some or choose another node");
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
