package io.ssi.core.net.link;

import java.util.UUID;

/**
 * Which of several connections between two nodes is the link. Both sides dial; the dialling side confirms, the other takes or
 * refuses what was confirmed. Where two connections cross, both sides keep the one that the lower number dialled. Pure.
 */
public final class LinkChoice {
    /** A connection as one side sees it: which start of the peer is at its end, and who dialled. */
    public record Seen(UUID instance, boolean dialledByMe) {}

    private LinkChoice() {}

    /**
     * The peer greeted back on a connection that I dialled: is it to be the link?
     *
     * @param current the link now, or null
     * @param peerDials the peer dialled me at the same time and has not confirmed yet
     */
    public static boolean confirm(int self, int peer, Seen current, UUID instance, boolean peerDials) {
        if (current != null && current.instance().equals(instance)) {
            return false;
        }
        return self < peer || !peerDials;
    }

    /** The peer confirmed a connection that it dialled: does it become the link (in place of the one now, if any)? */
    public static boolean take(int self, int peer, Seen current, UUID instance) {
        boolean crossed = current != null && current.instance().equals(instance) && current.dialledByMe();
        // Otherwise the peer knows that the old connection is dead before this side does: the new one wins.
        return !crossed || self > peer;
    }
}
