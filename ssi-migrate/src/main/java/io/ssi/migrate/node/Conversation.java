package io.ssi.migrate.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.node.AppLink;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The migration messages of one JVM for the time of a move, in order. */
final class Conversation {
    /** Takes image chunks on the connection's reader thread; it may block, which slows the JVM down. */
    interface ChunkSink {
        void accept(LinkMessage.ImageChunk chunk);
    }

    private static final LinkMessage GONE = new LinkMessage.Cannot(0, ErrorCode.PEER_LOST.number(), java.util.List.of());

    private final AppLink link;
    private final String who;
    private final long migration;
    private final BlockingQueue<LinkMessage> queue = new LinkedBlockingQueue<>();

    Conversation(AppLink link, String who, long migration, ChunkSink chunks) {
        this.link = link;
        this.who = who;
        this.migration = migration;
        link.onMessage(message -> take(message, chunks));
        link.onClose(() -> queue.add(GONE));
    }

    private void take(LinkMessage message, ChunkSink chunks) {
        switch (message) {
            case LinkMessage.ImageChunk chunk when chunk.migration() == migration -> chunks.accept(chunk);
            case LinkMessage.Prepared m when m.migration() == migration -> queue.add(m);
            case LinkMessage.LandReady m when m.migration() == migration -> queue.add(m);
            case LinkMessage.ImageEnd m when m.migration() == migration -> queue.add(m);
            case LinkMessage.Built m when m.migration() == migration -> queue.add(m);
            case LinkMessage.Running m when m.migration() == migration -> queue.add(m);
            case LinkMessage.Resumed m when m.migration() == migration -> queue.add(m);
            case LinkMessage.Explained m when m.migration() == migration -> queue.add(m);
            case LinkMessage.Cannot m when m.migration() == migration -> queue.add(m);
            default -> {
                // of an earlier move, or no matter of a move
            }
        }
    }

    void send(LinkMessage message) {
        link.send(message);
    }

    /** @throws SsiException PEER_LOST when the JVM is gone */
    void requirePresent() {
        if (queue.contains(GONE)) {
            throw new SsiException(ErrorCode.PEER_LOST, who + " ended in the middle of the move");
        }
    }

    /** @throws SsiException PEER_LOST when the JVM is gone, TIMEOUT, or what a Cannot says */
    <M extends LinkMessage> M await(Class<M> type, long millis) {
        try {
            LinkMessage message = queue.poll(millis, TimeUnit.MILLISECONDS);
            if (message == GONE) {
                queue.add(GONE);
                throw new SsiException(ErrorCode.PEER_LOST, who + " ended or lost its connection in the middle of the move");
            }
            if (message == null) {
                throw new SsiException(ErrorCode.TIMEOUT, who + " did not answer within " + millis + " ms");
            }
            return Frames.expect(message, type);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SsiException(ErrorCode.INTERNAL, "the daemon is stopping", e);
        }
    }
}
