package java.lang;

import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * The innermost stream of System.in: a read that would block waits where it can be stopped for a move, and reads on wherever
 * the process lives.
 */
public final class SsiStandardInput extends FileInputStream {
    private static final int PART_BYTES = 8192;

    /** @param fd of standard input */
    public SsiStandardInput(FileDescriptor fd) {
        super(fd);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int n = SsiHook.readInput(one, 0, 1);
        return n <= 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to) throws IOException {
        return read(to, 0, to.length);
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        return length == 0 ? 0 : SsiHook.readInput(to, offset, length);
    }

    @Override
    public byte[] readAllBytes() throws IOException {
        return readNBytes(Integer.MAX_VALUE);
    }

    @Override
    public byte[] readNBytes(int length) throws IOException {
        if (length < 0) {
            throw new IllegalArgumentException("len < 0");
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] part = new byte[PART_BYTES];
        int left = length;
        while (left > 0) {
            int n = read(part, 0, Math.min(left, PART_BYTES));
            if (n < 0) {
                break;
            }
            all.write(part, 0, n);
            left -= n;
        }
        return all.toByteArray();
    }

    @Override
    public long transferTo(OutputStream out) throws IOException {
        Objects.requireNonNull(out, "out");
        byte[] part = new byte[PART_BYTES];
        long count = 0;
        for (int n = read(part, 0, PART_BYTES); n >= 0; n = read(part, 0, PART_BYTES)) {
            out.write(part, 0, n);
            count += n;
        }
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        byte[] part = new byte[PART_BYTES];
        long left = count;
        while (left > 0) {
            int n = read(part, 0, (int) Math.min(left, PART_BYTES));
            if (n < 0) {
                break;
            }
            left -= n;
        }
        return count <= 0 ? 0 : count - left;
    }

    @Override
    public int available() throws IOException {
        return SsiHook.handler().availableInput();
    }

    @Override
    public void close() throws IOException {
        super.close();
        SsiHook.handler().closeInput();
    }

    /** For the agent: the descriptor becomes /dev/null, as after a close by the program. */
    public void closeHere() throws IOException {
        super.close();
    }

    /** For the agent: a read of the descriptor itself, which blocks. */
    public int readHere(byte[] to, int offset, int length) throws IOException {
        return super.read(to, offset, length);
    }

    /** For the agent: what the descriptor has without blocking. */
    public int availableHere() throws IOException {
        return super.available();
    }
}
