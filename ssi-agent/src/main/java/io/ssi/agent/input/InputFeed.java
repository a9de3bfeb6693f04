package io.ssi.agent.input;

/**
 * The end of standard input where the descriptor is, for a process that is elsewhere: (state, event) to what to do. Pure; see
 * the package for what may happen to its messages. Not thread-safe.
 */
public final class InputFeed {
    /** Longest piece read for the process, and so the most that is ever kept, bytes. */
    public static final int PIECE_BYTES_MAX = 8192;

    /** What is to be done; null for nothing. */
    public sealed interface Act {
        record Send(long position, byte[] bytes) implements Act {}

        /** Read one piece of at most so many bytes; then comes {@link InputFeed#read}. */
        record Read(int max) implements Act {}

        /** Close the descriptor and say so by an empty piece at this position. */
        record Close(long position) implements Act {}
    }

    private final InputLog log;
    private boolean reading;
    private boolean wanted;
    private long position;
    private int max;

    /** @param log what was read before and may not have come to the process yet */
    public InputFeed(InputLog log) {
        this.log = log;
    }

    /** The process wants what stands there; nothing once it has closed its input. */
    public Act wanted(long wantedPosition, int wantedMax) {
        if (wantedMax == 0) {
            return new Act.Close(wantedPosition);
        }
        if (wantedPosition < log.start() || wantedPosition > log.end()) {
            return null; // late: it has got that meanwhile
        }
        log.forget(wantedPosition);
        wanted = true;
        position = wantedPosition;
        max = Math.clamp(wantedMax, 1, PIECE_BYTES_MAX);
        return answer();
    }

    /** Bytes were read; none for an end of file. */
    public Act read(byte[] piece) {
        reading = false;
        log.add(piece);
        return wanted ? answer() : null;
    }

    private Act answer() {
        byte[] piece = log.piece(position, max);
        if (piece != null) {
            wanted = false;
            return new Act.Send(position, piece);
        }
        if (reading) {
            return null;
        }
        reading = true;
        return new Act.Read(max);
    }

    /** What may not have come to the process yet. */
    public InputLog rest() {
        return log;
    }
}
