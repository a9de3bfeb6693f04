package io.ssi.agent.deputy;

import io.ssi.agent.input.InputLog;
import java.io.IOException;
import java.io.RandomAccessFile;

/**
 * What an OS process remembers while one of our programs takes the place of another in it: a file in memory that the next one
 * inherits by its descriptor. Not in the arguments, which every user of the host can read.
 *
 * @param input standard input that was read here and may not have come to the process
 * @param out how far standard output was shown, and whether it can be
 * @param err the same of standard error
 * @param signals that came and were passed on to nobody yet; bit n for signal n
 */
public record Remains(InputLog input, OutputPump.Position out, OutputPump.Position err, int signals) {
    private static final OutputPump.Position NOTHING = new OutputPump.Position(0, 0, false);
    private static final String DESCRIPTORS = "/proc/self/fd/";

    /** Of a process that has not been away: only what was read after its image. */
    public static Remains of(InputLog input) {
        return new Remains(input, NOTHING, NOTHING, 0);
    }

    /** A place for them. The signals are written last, right before the exec. */
    static final class Place {
        final int descriptor;
        private final RandomAccessFile file;

        Place(Libc libc, Remains remains) throws IOException {
            descriptor = libc.memoryFile("ssi-remains");
            file = new RandomAccessFile(DESCRIPTORS + descriptor, "rw");
            file.writeInt(remains.signals);
            write(remains.out);
            write(remains.err);
            file.write(remains.input.encode());
        }

        private void write(OutputPump.Position position) throws IOException {
            file.writeInt(position.incarnation());
            file.writeLong(position.offset());
            file.writeBoolean(position.broken());
        }

        void signals(int signals) throws IOException {
            file.seek(0);
            file.writeInt(signals);
        }
    }

    /** Reads them, and leaves the descriptor empty. */
    public static Remains take(int descriptor) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(DESCRIPTORS + descriptor, "rw")) {
            int signals = file.readInt();
            OutputPump.Position out = new OutputPump.Position(file.readInt(), file.readLong(), file.readBoolean());
            OutputPump.Position err = new OutputPump.Position(file.readInt(), file.readLong(), file.readBoolean());
            byte[] input = new byte[(int) (file.length() - file.getFilePointer())];
            file.readFully(input);
            file.setLength(0);
            return new Remains(InputLog.decode(input), out, err, signals);
        }
    }
}
