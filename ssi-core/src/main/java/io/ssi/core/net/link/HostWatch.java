package io.ssi.core.net.link;

/**
 * Tells a dead host from a paused process by what the kernel knows of a connection: the kernel of a paused (or slow) peer goes on
 * acknowledging, a dead host does not. TCP_USER_TIMEOUT alone would not do: it also breaks a connection whose peer is
 * paused with a full receive buffer. Pure; asked once per ping.
 */
public final class HostWatch {
    /** Linux answers probes of a closed window at most every 500 ms, so a single one may well stay unanswered. */
    private static final int PROBES_MIN = 2;

    private final int silenceMillisMax;
    private boolean suspect;

    public HostWatch(int silenceMillisMax) {
        this.silenceMillisMax = silenceMillisMax;
    }

    /**
     * True when the host is gone. It takes two looks in a row: a packet may be on its way at the first one, and after a pause of
     * this process the first one sees an old acknowledgement and a new packet. A peer that drops data because its buffer is full
     * acknowledges each new attempt, so what counts is not how long something is unacknowledged but whether the kernel there
     * said anything since this side last sent.
     *
     * @param unacknowledged packets
     * @param probes of a closed window that were not answered
     */
    public boolean gone(long unacknowledged, long probes, long lastSentMillis, long lastAckMillis) {
        boolean unanswered = probes >= PROBES_MIN || unacknowledged > 0 && lastSentMillis < lastAckMillis;
        boolean silent = unanswered && lastAckMillis >= silenceMillisMax;
        boolean gone = silent && suspect;
        suspect = silent;
        return gone;
    }
}
