package io.ssi.core.cluster.raft;

import java.io.IOException;

/** The bytes under a journal. One user at a time. */
public interface JournalFile extends AutoCloseable {
    /** Everything that is there; empty when new. */
    byte[] read() throws IOException;

    /** Cuts everything from this length on. */
    void truncate(long length) throws IOException;

    /** May be lost by a crash until {@link #force}. */
    void append(byte[] bytes) throws IOException;

    void force() throws IOException;

    /** Everything becomes these bytes, at once and durably: after a crash it is the old or the new, never a mix. */
    void replace(byte[] bytes) throws IOException;

    @Override
    void close() throws IOException;

    /** For messages: where it is. */
    @Override
    String toString();
}
