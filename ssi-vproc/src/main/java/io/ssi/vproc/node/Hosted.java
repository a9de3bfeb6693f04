package io.ssi.vproc.node;

import io.ssi.core.error.SsiException;
import io.ssi.core.id.VPid;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.ProcessRow;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One incarnation of a process with its JVM on this host: what the pure table does not know. Owned by the service's thread. */
final class Hosted {
    /** Signals that may wait for the end of a move. */
    static final int DEFERRED_MAX = 64;

    record Deferred(int signal, CompletableFuture<Boolean> sent) {}

    final VPid vpid;
    final int incarnation;
    final long osPid;
    final String user;
    /** Start of the OS process, to tell it from a later one with the same number; 0 until it is known. */
    long startTicks;
    /** Null while the JVM is not connected. */
    HostLink link;
    /** Threads and heap as its agent last told, also the one of the JVM that the process came from. */
    int threads;
    long heapBytes;
    boolean moving;
    boolean stopped;
    /** How it ends, if its first thread has and it runs no other program: whoever started it may be told before the next look, and then it is gone. */
    Optional<ExitStatus> ends = Optional.empty();
    /** By this daemon. */
    boolean killed;
    final Deque<Deferred> deferred = new ArrayDeque<>();
    /** Set once when the daemon, as its parent, learned how it ended. */
    volatile Optional<ExitStatus> childExit = Optional.empty();
    final boolean child;

    Hosted(ProcessRow row, HostLink link, boolean child) {
        this.vpid = row.vpid();
        this.incarnation = row.incarnation();
        this.osPid = row.osPid();
        this.user = row.user();
        this.link = link;
        this.child = child;
        this.threads = row.usage().threads();
        this.heapBytes = row.usage().heapBytes();
    }

    void failDeferred(SsiException reason) {
        for (Deferred signal = deferred.poll(); signal != null; signal = deferred.poll()) {
            signal.sent().completeExceptionally(reason);
        }
    }
}
