package io.ssi.vproc.node;

import io.ssi.core.wire.LinkMessage;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One output of a process on its way to its terminal: pieces that the OS process there has not acknowledged, how far they go, and
 * how far that process has shown it. A position is an incarnation and an offset of what it wrote. Guarded by its {@link Deputy}.
 */
final class DeputyOutput {
    private final Deque<LinkMessage.Stdio> unacknowledged = new ArrayDeque<>();
    private int bytes;
    private int incarnation;
    /** Up to where the incarnation's output has come here. */
    private long received;
    private int shownIncarnation;
    private long shown;
    /** False while only the OS process knows how far it has come: another daemon served it before. */
    private boolean known;

    DeputyOutput(boolean known) {
        this.known = known;
    }

    boolean isKnown() {
        return known;
    }

    /** Bytes not acknowledged. */
    int bytes() {
        return bytes;
    }

    Iterable<LinkMessage.Stdio> unacknowledged() {
        return unacknowledged;
    }

    /** Up to where this incarnation's output has come. */
    long received(int ofIncarnation) {
        return ofIncarnation == incarnation ? received : 0;
    }

    /** Up to where it is shown. */
    long shown(int ofIncarnation) {
        return ofIncarnation == shownIncarnation ? shown : ofIncarnation < shownIncarnation ? OutputSender.ALL : 0;
    }

    void add(LinkMessage.Stdio piece) {
        passed(piece);
        unacknowledged.addLast(piece);
        bytes += piece.bytes().length;
    }

    /** It came; nothing is done with it. */
    void passed(LinkMessage.Stdio piece) {
        incarnation = piece.incarnation();
        received = piece.offset() + piece.bytes().length;
    }

    void acknowledged(LinkMessage.StdioAck ack) {
        if (!known) {
            known = true;
            incarnation = ack.incarnation();
            received = ack.offset();
        }
        if (ack.incarnation() > shownIncarnation) {
            shown = 0;
        }
        shownIncarnation = Math.max(shownIncarnation, ack.incarnation());
        shown = ack.incarnation() == shownIncarnation ? Math.max(shown, ack.offset()) : shown;
        while (!unacknowledged.isEmpty() && isShown(unacknowledged.getFirst())) {
            bytes -= unacknowledged.removeFirst().bytes().length;
        }
    }

    private boolean isShown(LinkMessage.Stdio piece) {
        return piece.incarnation() < shownIncarnation
                || piece.incarnation() == shownIncarnation && piece.offset() + piece.bytes().length <= shown;
    }

    /** Nobody will show what is here. */
    void discard() {
        unacknowledged.clear();
        bytes = 0;
    }
}
