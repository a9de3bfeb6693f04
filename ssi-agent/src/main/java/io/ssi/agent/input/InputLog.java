package io.ssi.agent.input;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Arrays;

/** A stretch of standard input: bytes and ends of file, each of which has one position. Not thread-safe. */
public final class InputLog {
    /** Position of the first item that is here. */
    private long start;
    private long end;
    /** In order, an empty one for an end of file. */
    private final ArrayDeque<byte[]> pieces = new ArrayDeque<>(4);
    /** Bytes of the first piece that are before the start. */
    private int used;

    /** An empty one at this position. */
    public InputLog(long start) {
        this.start = start;
        this.end = start;
    }

    public long start() {
        return start;
    }

    /** Position behind the last item. */
    public long end() {
        return end;
    }

    private static int items(byte[] piece) {
        return Math.max(1, piece.length);
    }

    /** Appends; an empty piece is an end of file. */
    public void add(byte[] piece) {
        pieces.add(piece);
        end += items(piece);
    }

    /** Appends it if this is where the log ends; else it is late or doubled. */
    public boolean addAt(long position, byte[] piece) {
        if (position != end) {
            return false;
        }
        add(piece);
        return true;
    }

    /** An empty log only: these bytes went by. */
    public void passed(int count) {
        start += count;
        end += count;
    }

    /** As InputStream.read, of the first items, which are then gone; 0 if there are none. */
    public int take(byte[] to, int offset, int length) {
        byte[] piece = pieces.peek();
        if (piece == null) {
            return 0;
        }
        int count = Math.min(length, piece.length - used);
        System.arraycopy(piece, used, to, offset, count);
        forget(start + (piece.length == 0 ? 1 : count));
        return piece.length == 0 ? -1 : count;
    }

    /** Drops what is before this position. */
    public void forget(long position) {
        while (start < Math.min(position, end)) {
            byte[] first = pieces.element();
            long count = Math.min(position - start, items(first) - used);
            start += count;
            used += (int) count;
            if (used == items(first)) {
                pieces.remove();
                used = 0;
            }
        }
    }

    /** What stands at a position, up to max bytes; empty for an end of file, null if it is not here. */
    public byte[] piece(long position, int max) {
        long at = start - used;
        for (byte[] piece : pieces) {
            if (position >= start && position < at + items(piece)) {
                int from = (int) (position - at);
                return Arrays.copyOfRange(piece, from, (int) Math.min(piece.length, (long) from + max));
            }
            at += items(piece);
        }
        return null;
    }

    /** A copy of what is at and behind this position, which is not before the start. */
    public InputLog from(long position) {
        InputLog rest = new InputLog(position);
        rest.append(this);
        return rest;
    }

    /** Appends what another has at and behind the end of this one. */
    public void append(InputLog other) {
        for (byte[] piece = other.piece(end, Integer.MAX_VALUE); piece != null; piece = other.piece(end, Integer.MAX_VALUE)) {
            add(piece);
        }
    }

    /** Bytes that are here. */
    public int bytes() {
        int bytes = -used;
        for (byte[] piece : pieces) {
            bytes += piece.length;
        }
        return bytes;
    }

    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeLong(start);
            for (byte[] piece : from(start).pieces) {
                out.writeInt(piece.length);
                out.write(piece);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @throws UncheckedIOException if these bytes are not of {@link #encode} */
    public static InputLog decode(byte[] encoded) {
        try {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(encoded));
            InputLog log = new InputLog(in.readLong());
            while (in.available() > 0) {
                int length = in.readInt();
                if (length < 0 || length > in.available()) {
                    throw new IOException("a piece of input has " + length + " bytes, " + in.available() + " are left");
                }
                byte[] piece = new byte[length];
                in.readFully(piece);
                log.add(piece);
            }
            return log;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
