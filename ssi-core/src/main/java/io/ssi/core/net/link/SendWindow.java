package io.ssi.core.net.link;

/** How much may still be sent in one direction of a stream. Pure; the caller locks. */
final class SendWindow {
    private int credit = ReceiveWindow.BYTES;

    int available() {
        return credit;
    }

    /** Takes up to {@code wanted} bytes of credit, at most one frame; 0 when the window is full. */
    int take(int wanted) {
        int taken = Math.min(Math.min(wanted, credit), Frame.DATA_MAX);
        credit -= taken;
        return taken;
    }

    /** The peer consumed so many bytes. */
    void granted(int bytes) {
        if (bytes <= 0 || bytes > ReceiveWindow.BYTES - credit) {
            throw new BadFrameException("credit of " + bytes + " bytes for a stream with " + (ReceiveWindow.BYTES - credit) + " unread bytes");
        }
        credit += bytes;
    }
}
