package io.ssi.vproc.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.Transport;
import io.ssi.core.wire.KeptFolder;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.HostEvent;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.ProcessState;
import io.ssi.vproc.RowCodec;
import io.ssi.vproc.Signals;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Standard streams and the end of the processes hosted here, on their way between this host and their deputies' nodes. What a moved process
 * has written and how it ended is kept on disk until it is delivered, see the package. Thread-safe.
 */
public final class HostStreams implements AutoCloseable {
    private static final Duration END_DEADLINE = Duration.ofSeconds(10);
    private static final long END_AGAIN_MILLIS = 1_000;
    /** After {@value #END_ATTEMPTS_SOON} attempts, for as long as it takes. */
    private static final long END_LATER_MILLIS = 10_000;
    private static final int END_ATTEMPTS_SOON = 60;
    private static final long LOOK_AGAIN_MILLIS = 500;
    private static final Logger LOG = LoggerFactory.getLogger(HostStreams.class);

    private final VprocService.Parts parts;
    private final VprocService service;
    private final Transport transport;
    private volatile boolean closed;
    /** Incarnations with a deputy whose output goes through this daemon, by VPid: those that landed here and those it found at its start. */
    private final Map<Integer, Forwarding> forwarded = new ConcurrentHashMap<>();
    /** Outputs that are not delivered yet. */
    private final Set<OutputForwarder> outputs = ConcurrentHashMap.newKeySet();

    /** @param left completes when the process is not here any more, and whoever has to know of its end does */
    private record Forwarding(ProcessRow row, List<OutputForwarder> outputs, KeptFolder folder, CompletableFuture<Void> left) {
        boolean isOf(int incarnation) {
            return row.incarnation() == incarnation;
        }
    }

    public HostStreams(VprocService.Parts parts, VprocService service, Transport transport) {
        this.parts = parts;
        this.service = service;
        this.transport = transport;
        transport.receive(VprocMessages.StdinData.class, (from, data) ->
                service.deliver(new VPid(data.vpid()), data.incarnation(), new LinkMessage.Stdin(data.position(), data.bytes())));
        service.onEnd(this::ended);
        service.streams(this);
    }

    /** It landed here, and its landing has its outputs; none at home. */
    void landed(ProcessRow row, List<OutputForwarder> ofLanding) {
        forwarded.put(row.vpid().value(), forward(row, ofLanding));
    }

    /** It is connected again; if an earlier life of this daemon forwarded its output, this one goes on. */
    void readopted(ProcessRow row) {
        if (row.deputyNode() == 0) {
            return;
        }
        forwarded.compute(row.vpid().value(), (vpid, present) -> {
            if (present != null && present.isOf(row.incarnation())) {
                return present;
            }
            List<OutputForwarder> found = List.of(new OutputForwarder(transport, service, row.vpid(), 1, row.osPid()),
                    new OutputForwarder(transport, service, row.vpid(), 2, row.osPid()));
            Forwarding forwarding = forward(row, found);
            found.forEach(OutputForwarder::start);
            return forwarding;
        });
    }

    private Forwarding forward(ProcessRow row, List<OutputForwarder> its) {
        Forwarding forwarding = new Forwarding(row, its, folder(row), new CompletableFuture<>());
        if (row.deputyNode() != 0) {
            keep(forwarding.folder, row);
        }
        CompletableFuture<?> delivered = forwarding.left;
        for (OutputForwarder output : its) {
            outputs.add(output);
            output.over().thenRun(() -> outputs.remove(output));
            delivered = CompletableFuture.allOf(delivered, output.over());
            output.adopted(row.deputyNode(), row.incarnation(), forwarding.folder);
            if (closed) {
                output.close();
            }
        }
        delivered.thenRun(() -> delete(forwarding.folder));
        return forwarding;
    }

    void left(VPid vpid, int incarnation) {
        forwarded.computeIfPresent(vpid.value(), (number, present) -> {
            if (!present.isOf(incarnation)) {
                return present;
            }
            present.left.complete(null);
            present.outputs.forEach(OutputForwarder::lastWords);
            return null;
        });
    }

    void stdinWanted(VPid vpid, int incarnation, LinkMessage.StdinWant want) {
        service.row(vpid).filter(row -> row.deputyNode() != 0).ifPresent(row -> transport.send(new NodeId(row.deputyNode()),
                new VprocMessages.StdinWanted(vpid.value(), incarnation, want.position(), want.max())));
    }

    // ---- the end

    /** The last word of a process, before it hears that it was heard. */
    void lastWord(VPid vpid, int incarnation, int status) {
        Forwarding forwarding = forwarded.get(vpid.value());
        if (forwarding != null && forwarding.isOf(incarnation) && forwarding.row.deputyNode() != 0) {
            try {
                forwarding.folder.write(new KeptFolder.Letter(status, RowCodec.encode(forwarding.row)));
            } catch (IOException e) {
                LOG.warn("the status of process {} is not kept over a restart of this daemon: {}", vpid, e.getMessage());
            }
        }
    }

    /** How a process ended that nobody saw end: by what it left, if it found no daemon for its last word. */
    ExitStatus unseen(VPid vpid, int incarnation) {
        try {
            Optional<KeptFolder.Letter> letter = new KeptFolder(parts.kept(), vpid.value(), incarnation).letter();
            if (letter.isPresent()) {
                return ExitStatus.exited(letter.get().status());
            }
        } catch (IOException e) {
            LOG.warn("process {}: {}", vpid, e.getMessage());
        }
        return ExitStatus.unknown("nobody saw how it ended");
    }

    private void ended(ProcessRow row) {
        Forwarding present = forwarded.get(row.vpid().value());
        boolean its = present != null && present.isOf(row.incarnation()) && forwarded.remove(row.vpid().value(), present);
        Forwarding forwarding = its ? present : forward(row, leftOutputs(row));
        if (row.deputyNode() != 0) {
            keep(forwarding.folder, row);
            tellEnd(forwarding, row, 1);
        } else {
            forwarding.left.complete(null);
        }
        drain(forwarding.outputs);
    }

    private List<OutputForwarder> leftOutputs(ProcessRow row) {
        return row.deputyNode() == 0 ? List.of() : List.of(new OutputForwarder(transport, service, row.vpid(), 1),
                new OutputForwarder(transport, service, row.vpid(), 2));
    }

    private static void drain(List<OutputForwarder> outputs) {
        try {
            OutputForwarder.drain(outputs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tellEnd(Forwarding forwarding, ProcessRow row, int attempt) {
        NodeId deputyNode = new NodeId(row.deputyNode());
        ExitStatus exit = row.exit().orElseThrow();
        VprocMessages.ProcessEnded end = new VprocMessages.ProcessEnded(row.vpid().value(), row.incarnation(), exit.status(), exit.signal(), exit.cause(),
                forwarding.outputs.stream().allMatch(output -> output.over().isDone()));
        transport.call(deputyNode, end, END_DEADLINE).whenComplete((told, failure) -> {
            if (failure == null) {
                forwarding.left.complete(null);
                return;
            }
            if (closed) {
                return;
            }
            if (failure instanceof SsiException refused && refused.code() == ErrorCode.NO_SUCH_NODE) {
                LOG.warn("node {} could not be told that process {} ended: {}", deputyNode, end.vpid(), failure.getMessage());
                forwarding.left.complete(null);
            } else {
                later(attempt < END_ATTEMPTS_SOON ? END_AGAIN_MILLIS : END_LATER_MILLIS, () -> tellEnd(forwarding, row, attempt + 1));
            }
        });
    }

    // ---- over a restart of this daemon

    private KeptFolder folder(ProcessRow row) {
        return new KeptFolder(parts.kept(), row.vpid().value(), row.incarnation());
    }

    private void keep(KeptFolder folder, ProcessRow row) {
        byte[] bytes = RowCodec.encode(row);
        long startTicks = parts.os().sample(row.osPid()).startTicks();
        try {
            folder.writeRow(ByteBuffer.allocate(Long.BYTES + bytes.length).putLong(startTicks).put(bytes).array());
        } catch (IOException e) {
            LOG.warn("the end of process {} is not kept over a restart of this daemon: {}", row.vpid(), e.getMessage());
        }
    }

    private static void delete(KeptFolder folder) {
        try {
            folder.delete();
        } catch (IOException e) {
            LOG.debug("what is delivered cannot be deleted: {}", e.toString());
        }
    }

    /** Goes on with what earlier lives of this daemon, and JVMs that ended meanwhile, have left. */
    public void recover() {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parts.kept(), "[0-9]*.[0-9]*")) {
            for (Path each : folders) {
                String[] numbers = each.getFileName().toString().split("\\.");
                look(new VPid(Integer.parseInt(numbers[0])), Integer.parseInt(numbers[1]));
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("what earlier processes left in {} cannot be read: {}", parts.kept(), e.toString());
        }
    }

    private void look(VPid vpid, int incarnation) {
        Forwarding present = forwarded.get(vpid.value());
        if (closed || present != null && present.isOf(incarnation)) {
            return; // it is connected again
        }
        KeptFolder folder = new KeptFolder(parts.kept(), vpid.value(), incarnation);
        try {
            Optional<ByteBuffer> kept = folder.row().map(ByteBuffer::wrap);
            Optional<KeptFolder.Letter> letter = folder.letter();
            if (kept.isEmpty() && letter.isEmpty()) {
                folder.delete();
                return;
            }
            long startTicks = kept.map(ByteBuffer::getLong).orElse(0L);
            byte[] bytes = kept.isEmpty() ? letter.get().row() : new byte[kept.get().remaining()];
            kept.ifPresent(rest -> rest.get(bytes));
            ProcessRow row = RowCodec.decode(bytes);
            OsProcesses.Sample now = parts.os().sample(row.osPid());
            if (row.exit().isEmpty() && startTicks != 0 && now.alive() && now.startTicks() == startTicks) {
                later(LOOK_AGAIN_MILLIS, () -> look(vpid, incarnation));
            } else {
                left(row, row.exit().or(() -> letter.map(word -> ExitStatus.exited(word.status()))));
            }
        } catch (IOException | SsiException | BufferUnderflowException e) {
            LOG.warn("what process {} left cannot be read and is deleted: {}", vpid, e.getMessage());
            delete(folder);
        }
    }

    /** Its JVM has ended. Without a word of the end it was killed, or had moved on before. */
    private void left(ProcessRow row, Optional<ExitStatus> exit) {
        if (exit.isPresent()) {
            over(row, exit.get());
            return;
        }
        parts.consensus().place(row.vpid()).whenComplete((place, failure) -> {
            if (failure != null) {
                later(LOOK_AGAIN_MILLIS, () -> left(row, exit));
            } else if (place.filter(known -> known.node().equals(parts.self()) && known.incarnation() == row.incarnation()).isPresent()) {
                over(row, new ExitStatus(ExitStatus.killed(Signals.KILL).status(), Signals.KILL, "it was killed while the daemon of node " + parts.self() + " was away"));
            } else {
                Forwarding moved = forward(row, leftOutputs(row));
                moved.left.complete(null);
                drain(moved.outputs);
            }
        });
    }

    private void over(ProcessRow row, ExitStatus exit) {
        ProcessRow live = new ProcessRow(row.vpid(), row.incarnation(), row.parent(), parts.self(), row.osPid(), row.user(), ProcessState.RUNNING, row.usage(),
                row.startMillis(), row.command(), row.workDir(), row.deputyNode(), Optional.empty());
        service.happened(new HostEvent.Readopted(live), new HostEvent.Gone(row.vpid(), row.incarnation(), exit));
    }

    private static void later(long millis, Runnable work) {
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(work);
    }

    /** What is not delivered stays for the next life of this daemon. */
    @Override
    public void close() {
        closed = true;
        outputs.forEach(OutputForwarder::close);
    }
}
