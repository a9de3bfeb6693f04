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
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
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
    /** What an earlier life of this daemon left of processes that may run here, without a connection, or have ended and are not told yet. */
    private final Set<Incarnation> awaited = ConcurrentHashMap.newKeySet();

    private record Incarnation(VPid vpid, int number) {}

    /**
     * @param left completes when the process is not here any more, and whoever has to know of its end does
     * @param unkept its row while that is not on disk; guarded by itself
     */
    private record Forwarding(ProcessRow row, List<OutputForwarder> outputs, KeptFolder folder, CompletableFuture<Void> left, AtomicReference<byte[]> unkept) {
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
            long startTicks = parts.os().sample(row.osPid()).startTicks();
            BooleanSupplier same = () -> parts.os().sample(row.osPid()).startTicks() == startTicks;
            List<OutputForwarder> found = List.of(new OutputForwarder(transport, service, row.vpid(), 1, row.osPid(), same),
                    new OutputForwarder(transport, service, row.vpid(), 2, row.osPid(), same));
            Forwarding forwarding = forward(row, found);
            found.forEach(OutputForwarder::start);
            return forwarding;
        });
    }

    private Forwarding forward(ProcessRow row, List<OutputForwarder> its) {
        Forwarding forwarding = new Forwarding(row, its, folder(row), new CompletableFuture<>(), new AtomicReference<>());
        if (row.deputyNode() != 0) {
            keep(forwarding, row);
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
        delivered.thenRun(() -> delete(forwarding));
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
            keep(forwarding, row);
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

    private void keep(Forwarding forwarding, ProcessRow row) {
        synchronized (forwarding.unkept) {
            forwarding.unkept.set(withTicks(row));
        }
        keep(forwarding, 1);
    }

    private byte[] withTicks(ProcessRow row) {
        byte[] bytes = RowCodec.encode(row);
        return ByteBuffer.allocate(Long.BYTES + bytes.length).putLong(parts.os().sample(row.osPid()).startTicks()).put(bytes).array();
    }

    /** Of a process that is at home nothing is kept but this: stopped it cannot connect to the next daemon, which would take it for ended. */
    void stopped(ProcessRow row, boolean stops) {
        if (row.deputyNode() != 0) {
            return;
        }
        try {
            if (stops) {
                folder(row).writeRow(withTicks(row));
            } else {
                folder(row).delete();
            }
        } catch (IOException e) {
            LOG.warn("that process {} is stopped is not kept over a restart of this daemon: {}", row.vpid(), e.getMessage());
        }
    }

    /** The disk may be full, and have room for output later: the next life of this daemon has to know whose that is. */
    private void keep(Forwarding forwarding, int attempt) {
        synchronized (forwarding.unkept) {
            byte[] row = forwarding.unkept.get();
            if (row == null || closed) {
                return;
            }
            try {
                forwarding.folder.writeRow(row);
                forwarding.unkept.set(null);
            } catch (IOException e) {
                if (attempt == 1) {
                    LOG.warn("the row of process {} cannot be kept for a restart of this daemon and will be tried again: {}", forwarding.row.vpid(), e.getMessage());
                }
                later(LOOK_AGAIN_MILLIS, () -> keep(forwarding, attempt + 1));
            }
        }
    }

    private static void delete(Forwarding forwarding) {
        synchronized (forwarding.unkept) {
            forwarding.unkept.set(null);
            try {
                forwarding.folder.delete();
            } catch (IOException e) {
                LOG.debug("what is delivered cannot be deleted: {}", e.toString());
            }
        }
    }

    /** Whether the process may run here though it is not connected, or has ended and is not told yet. */
    boolean awaits(VPid vpid, int incarnation) {
        return awaited.contains(new Incarnation(vpid, incarnation));
    }

    /** Goes on with what earlier lives of this daemon, and JVMs that ended meanwhile, have left. */
    public void recover() {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parts.kept(), "[0-9]*.[0-9]*")) {
            for (Path each : folders) {
                String[] numbers = each.getFileName().toString().split("\\.");
                Incarnation its = new Incarnation(new VPid(Integer.parseInt(numbers[0])), Integer.parseInt(numbers[1]));
                awaited.add(its);
                look(its);
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("what earlier processes left in {} cannot be read: {}", parts.kept(), e.toString());
        }
    }

    private void look(Incarnation its) {
        Forwarding present = forwarded.get(its.vpid.value());
        if (closed || present != null && present.isOf(its.number)) {
            awaited.remove(its); // it is connected again
            return;
        }
        KeptFolder folder = new KeptFolder(parts.kept(), its.vpid.value(), its.number);
        try {
            Optional<ByteBuffer> kept = folder.row().map(ByteBuffer::wrap);
            Optional<KeptFolder.Letter> letter = folder.letter();
            if (kept.isEmpty() && letter.isEmpty()) {
                unknown(its, folder, "there was no room for more");
                return;
            }
            long startTicks = kept.map(ByteBuffer::getLong).orElse(0L);
            byte[] bytes = kept.isEmpty() ? letter.get().row() : new byte[kept.get().remaining()];
            kept.ifPresent(rest -> rest.get(bytes));
            ProcessRow row = RowCodec.decode(bytes);
            OsProcesses.Sample now = parts.os().sample(row.osPid());
            boolean runs = row.exit().isEmpty() && startTicks != 0 && now.alive() && now.startTicks() == startTicks;
            if (row.deputyNode() == 0 && (!runs || service.isHosted(its.vpid, its.number))) {
                awaited.remove(its);
                stopped(row, runs && now.stopped());
            } else if (runs) {
                later(LOOK_AGAIN_MILLIS, () -> look(its));
            } else {
                left(its, row, row.exit().or(() -> letter.map(word -> ExitStatus.exited(word.status()))));
            }
        } catch (IOException | SsiException | BufferUnderflowException e) {
            unknown(its, folder, e.getMessage());
        }
    }

    /** Nothing says whose output it is. If its JVM runs it will, and goes on where the output ends. */
    private void unknown(Incarnation its, KeptFolder folder, String why) {
        awaited.remove(its);
        try {
            if (folder.end(1) + folder.end(2) == 0) {
                folder.delete();
                return;
            }
        } catch (IOException e) {
            LOG.debug("what process {} left: {}", its.vpid, e.toString());
        }
        LOG.warn("what incarnation {} of process {} has written stays in {} until it connects; nothing else says where it goes: {}", its.number, its.vpid,
                parts.kept(), why);
    }

    /** Its JVM has ended. Without a word of the end it was killed, or had moved on before. */
    private void left(Incarnation its, ProcessRow row, Optional<ExitStatus> exit) {
        if (exit.isPresent()) {
            over(its, row, exit.get());
            return;
        }
        parts.consensus().place(row.vpid()).whenComplete((place, failure) -> {
            if (failure != null) {
                later(LOOK_AGAIN_MILLIS, () -> left(its, row, exit));
            } else if (place.filter(known -> known.node().equals(parts.self()) && known.incarnation() == row.incarnation()).isPresent()) {
                over(its, row, new ExitStatus(ExitStatus.killed(Signals.KILL).status(), Signals.KILL, "it was killed while the daemon of node " + parts.self() + " was away"));
            } else {
                awaited.remove(its);
                Forwarding moved = forward(row, leftOutputs(row));
                moved.left.complete(null);
                drain(moved.outputs);
            }
        });
    }

    private void over(Incarnation its, ProcessRow row, ExitStatus exit) {
        ProcessRow live = new ProcessRow(row.vpid(), row.incarnation(), row.parent(), parts.self(), row.osPid(), row.user(), ProcessState.RUNNING, row.usage(),
                row.startMillis(), row.command(), row.workDir(), row.deputyNode(), Optional.empty());
        service.happened(new HostEvent.Readopted(live), new HostEvent.Gone(row.vpid(), row.incarnation(), exit));
        awaited.remove(its);
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
