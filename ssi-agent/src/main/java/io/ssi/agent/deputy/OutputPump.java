package io.ssi.agent.deputy;

import io.ssi.agent.input.InputPump;
import io.ssi.agent.link.AgentThread;
import io.ssi.core.wire.LinkMessage;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Writes what the process prints to one descriptor, each byte once, however often it is sent: it knows how far it has come. A
 * terminal that is stopped holds up only this thread; how much can wait here is bounded by the sender, which stops at 256 KiB
 * unacknowledged. When nobody reads the other end any more, or its disk is full, output is taken and thrown away, and the program is told.
 */
final class OutputPump extends AgentThread {
    /**
     * How far an output has been shown.
     *
     * @param broken what was behind that could not be written, nor will anything be
     */
    record Position(int incarnation, long offset, boolean broken) {
        boolean isBefore(int otherIncarnation, long otherOffset) {
            return incarnation < otherIncarnation || incarnation == otherIncarnation && offset < otherOffset;
        }
    }

    private final int number;
    private final FileOutputStream stream;
    private final InputPump.Sender sender;
    /** Guarded by itself. */
    private final ArrayDeque<LinkMessage.Stdio> waiting = new ArrayDeque<>();
    /** Guarded by waiting: a piece is being written. */
    private boolean busy;
    /** Guarded by waiting. */
    private Position shown;

    OutputPump(int number, FileDescriptor descriptor, Position shown, InputPump.Sender sender) {
        super("ssi-output-" + number);
        this.number = number;
        this.stream = new FileOutputStream(descriptor);
        this.shown = shown;
        this.sender = sender;
    }

    void add(LinkMessage.Stdio piece) {
        synchronized (waiting) {
            waiting.add(piece);
            waiting.notifyAll();
        }
    }

    /** Returns when everything is written. */
    void drain() throws InterruptedException {
        synchronized (waiting) {
            while (busy || !waiting.isEmpty()) {
                waiting.wait();
            }
        }
    }

    Position shown() {
        synchronized (waiting) {
            return shown;
        }
    }

    /** May be lost: on the next connection it is said again. */
    void acknowledge() {
        Position now = shown();
        sender.offer(new LinkMessage.StdioAck(number, now.incarnation(), now.offset()));
        if (now.broken()) {
            sender.offer(new LinkMessage.StdioBroken(number));
        }
    }

    /** Nobody reads the other end any more. */
    void broke() {
        synchronized (waiting) {
            shown = new Position(shown.incarnation(), shown.offset(), true);
        }
        acknowledge();
    }

    private LinkMessage.Stdio next() throws InterruptedException {
        synchronized (waiting) {
            while (waiting.isEmpty()) {
                waiting.wait();
            }
            busy = true;
            return waiting.remove();
        }
    }

    private void written(int incarnation, long end, boolean failed) {
        synchronized (waiting) {
            busy = false;
            boolean broken = failed || shown.broken();
            shown = shown.isBefore(incarnation, end) ? new Position(incarnation, end, broken)
                    : new Position(shown.incarnation(), shown.offset(), broken);
            waiting.notifyAll();
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                LinkMessage.Stdio piece = next();
                Position before = shown();
                long end = piece.offset() + piece.bytes().length;
                boolean failed = false;
                if (!before.broken() && before.isBefore(piece.incarnation(), end)) {
                    long seen = before.incarnation() == piece.incarnation() ? Math.max(0, before.offset() - piece.offset()) : 0;
                    try {
                        stream.write(Arrays.copyOfRange(piece.bytes(), (int) seen, piece.bytes().length));
                    } catch (IOException e) {
                        failed = true;
                    }
                }
                written(piece.incarnation(), end, failed);
                acknowledge();
            }
        } catch (InterruptedException e) {
            // Nobody interrupts it.
        }
    }
}
