package io.ssi.migrate.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * What the program's System.nanoTime was when the image was begun. On the same host its clock stays as it is; another host counts from
 * another moment, and there the program's clock goes on from where it stood: deadlines keep their distance.
 *
 * @param host tells clocks of hosts apart
 * @param offset from the host's clock to the program's
 */
record ProgramClock(long host, long nanos, long offset) {
    private static final long HERE = here();

    static ProgramClock now() {
        return new ProgramClock(HERE, SsiClock.nanoTime(), SsiClock.offset());
    }

    static ProgramClock read(ImageInput in) throws IOException {
        return new ProgramClock(in.u8(), in.u8(), in.u8());
    }

    void write(ImageOutput out) throws IOException {
        out.u8(host);
        out.u8(nanos);
        out.u8(offset);
    }

    /** @param since nanoseconds that have gone by since {@link #now} */
    void goOn(long since) {
        SsiClock.offset(host == HERE ? offset : nanos + since - System.nanoTime());
    }

    /** The clock counts from the start of the system, or as a container's name space of time has it. */
    private static long here() {
        try {
            String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"));
            long host = 0;
            Path time = Path.of("/proc/self/ns/time");
            boolean hasSpaces = Files.exists(time, LinkOption.NOFOLLOW_LINKS); // since Linux 5.6
            for (char letter : (boot + (hasSpaces ? Files.readSymbolicLink(time) : "")).toCharArray()) {
                host = host * 1_000_003 + letter;
            }
            return host;
        } catch (IOException e) {
            throw Jdk.failed("/proc to tell this host's clock by", e);
        }
    }
}
