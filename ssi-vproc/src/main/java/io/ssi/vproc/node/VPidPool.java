package io.ssi.vproc.node;

import io.ssi.core.cluster.Consensus;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers for new processes. They come in blocks from the Raft group; a second block is asked for while the first is half
 * full, and both are on disk, so that programs start for a long time while there is no quorum: at least
 * {@value #RESERVE} of them, also after a restart of the daemon.
 */
public final class VPidPool {
    public static final int BLOCK = 1000;
    static final int RESERVE = BLOCK / 2;
    /** Numbers are marked used on disk in steps, so that only every so many starts wait for the disk. A restart skips the rest of a step. */
    private static final int STEP = 32;
    private static final long BLOCK_WAIT_MILLIS = 10_000;
    private static final Logger LOG = LoggerFactory.getLogger(VPidPool.class);

    /** Sequences next..end-1 are free. */
    private static final class Range {
        int next;
        final int end;

        Range(int next, int end) {
            this.next = next;
            this.end = end;
        }
    }

    private final NodeId self;
    private final Consensus consensus;
    private final Path file;
    private final boolean again;
    /** Guarded by this. */
    private final Deque<Range> ranges = new ArrayDeque<>();
    /** Guarded by this: numbers below it in the first range are marked used on disk. */
    private int markedTo;
    /** Guarded by this. */
    private CompletableFuture<Void> pending;

    public VPidPool(NodeId self, Consensus consensus, Path file) {
        this.self = self;
        this.consensus = consensus;
        this.file = file;
        load();
        again = !ranges.isEmpty();
    }

    /** Whether an earlier life of the daemon had numbers to give out: programs that have one of them may be about to connect again. */
    public boolean isAgain() {
        return again;
    }

    /** Asks for the first block; call once the node has joined. */
    public synchronized void fill() {
        if (free() < RESERVE && (pending == null || pending.isDone())) {
            pending = consensus.nextVPidBlock(self, BLOCK, ThreadLocalRandom.current().nextLong()).thenAccept(this::add);
            pending.whenComplete((done, failure) -> {
                if (failure != null) {
                    LOG.debug("no new block of VPids yet: {}", failure.toString());
                }
            });
        }
    }

    /**
     * The next number that is not taken. Blocks only when all blocks are used up.
     *
     * @throws SsiException NO_QUORUM when they are and no new one comes within 10 s
     */
    public VPid next(IntPredicate taken) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(BLOCK_WAIT_MILLIS);
        while (true) {
            CompletableFuture<Void> block;
            synchronized (this) {
                while (free() > 0) {
                    VPid vpid = take();
                    fill();
                    if (!taken.test(vpid.value())) {
                        return vpid;
                    }
                }
                fill();
                block = pending;
            }
            await(block, deadline);
        }
    }

    /** How many processes can still be started without a quorum. */
    public synchronized int free() {
        int free = 0;
        for (Range range : ranges) {
            free += range.end - range.next;
        }
        return free;
    }

    private VPid take() {
        Range range = ranges.getFirst();
        int sequence = range.next++;
        if (range.next > markedTo) {
            markedTo = Math.min(range.end, sequence + STEP);
            save();
        }
        if (range.next == range.end) {
            ranges.removeFirst();
            markedTo = 0;
        }
        return VPid.of(self, sequence);
    }

    private synchronized void add(int first) {
        ranges.addLast(new Range(first, first + BLOCK));
        save();
        LOG.info("VPids {} to {} are ours to give out", self.number() * VPid.PER_NODE + first, self.number() * VPid.PER_NODE + first + BLOCK - 1);
    }

    private static void await(CompletableFuture<Void> block, long deadline) {
        try {
            block.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw noNumbers(e);
        } catch (TimeoutException e) {
            throw noNumbers(e);
        } catch (ExecutionException e) {
            if (System.nanoTime() > deadline) {
                throw noNumbers(e);
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw noNumbers(e);
        }
    }

    private static SsiException noNumbers(Exception cause) {
        return new SsiException(ErrorCode.NO_QUORUM, "all process numbers of this node are used and the cluster has had no quorum for "
                + BLOCK_WAIT_MILLIS / 1000 + " s to give new ones; see ssi-cluster for the nodes that are down", cause);
    }

    /** The file has one line {@code node first end} for each range. Another node's file (a copied state folder) is ignored. */
    private synchronized void load() {
        if (!Files.exists(file)) {
            return;
        }
        try {
            for (String line : Files.readAllLines(file)) {
                String[] words = line.strip().split(" ");
                if (words.length == 3 && Integer.parseInt(words[0]) == self.number()) {
                    ranges.addLast(new Range(Integer.parseInt(words[1]), Integer.parseInt(words[2])));
                }
            }
        } catch (IOException | NumberFormatException e) {
            LOG.warn("{} cannot be read ({}); its numbers are given up and a new block is asked for", file, e.toString());
            ranges.clear();
        }
        ranges.removeIf(range -> range.next < 1 || range.next >= range.end || range.end > VPid.PER_NODE);
    }

    private void save() {
        StringBuilder text = new StringBuilder();
        boolean first = true;
        for (Range range : ranges) {
            int next = first ? Math.max(range.next, markedTo) : range.next;
            first = false;
            text.append(self.number()).append(' ').append(next).append(' ').append(range.end).append('\n');
        }
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            out.write(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
            out.force(true);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new SsiException(ErrorCode.CANNOT_START, "cannot write " + file + ": " + e.getMessage() + "; free space or fix its rights", e);
        }
    }
}
