package io.ssi.migrate.node;

import io.ssi.core.net.MessageRegistry;
import io.ssi.core.net.Transport;

/** What daemons say to each other about moves, beside the frames on the streams these headers open. */
public final class MigrateMessages {
    /** Header of a stream to the target of a move; row is the process's as the source has it. */
    record LandHeader(long migration, byte[] row) implements Transport.Message {}

    /** Header of a stream to the host of a process: carry out what a user asked elsewhere. target 0: only explain. */
    record OrderHeader(int vpid, int target, String user, int waitMillis) implements Transport.Message {}

    /**
     * To the source of a running move: a part of a class path entry that the target lacks.
     *
     * @param entry its number on the class path
     * @param inside empty for the file itself, and for the listing of a folder; else a name of that listing
     */
    record FetchRequest(long migration, int entry, String inside, long offset, int max) implements Transport.Request<byte[]> {}

    private MigrateMessages() {}

    public static void register(MessageRegistry registry) {
        registry.register(200, LandHeader.class)
                .register(201, OrderHeader.class)
                .register(202, FetchRequest.class);
    }
}
