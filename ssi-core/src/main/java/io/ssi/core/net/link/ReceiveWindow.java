package io.ssi.core.net.link;

/** How much the peer may still send in one direction of a stream. Pure; the caller locks. */
final class ReceiveWindow {
    /** Bytes a sender may be ahead of its reader; part of the protocol. */
    static final int BYTES = 512 * 1024;

    /** Consumed bytes are told in portions: one credit frame per portion, and the sender never runs dry meanwhile. */
    private static final int PORTION = BYTES / 4;

    private int open = BYTES;
    private int consumed;

    void arrived(int bytes) {
        if (bytes > open) {
            throw new BadFrameException(bytes + " bytes of a stream whose window is open for " + open);
        }
        open -= bytes;
    }

    /** The reader took so many bytes; the credit to send now, or 0. */
    int consumed(int bytes) {
        consumed += bytes;
        if (consumed < PORTION) {
            return 0;
        }
        int credit = consumed;
        consumed = 0;
        open += credit;
        return credit;
    }
}
