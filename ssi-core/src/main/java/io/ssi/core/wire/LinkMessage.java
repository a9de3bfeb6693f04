package io.ssi.core.wire;

import java.util.List;

/** The messages between a daemon and the JVMs of its host. Strings are never null; absent is "" or an empty list. */
public sealed interface LinkMessage {
    int PROTOCOL = 2;

    /** Longest frame either side accepts, bytes. */
    int FRAME_MAX = 4 << 20;

    /** A message that belongs to one move; the number is never 0. */
    sealed interface OfMove extends LinkMessage {
        long migration();
    }

    // ---- life of a connection

    /**
     * First message on every connection. {@code vpid} and {@code incarnation} are 0 on a program's first connection; a program
     * that lost its daemon connects again with the numbers it was given, and is adopted under them.
     *
     * @param undecided the move whose outcome this JVM does not know: it stands still until it is told; 0 if there is none
     * @param row what the daemon last gave the JVM to keep for it (Welcome, Land, Go): nothing a JVM can read; empty at first
     */
    record Hello(int protocol, Role role, long token, long osPid, int parentVPid, String javaBuild, String command,
            List<String> arguments, String user, String workDir, long startMillis, int vpid, int incarnation, long undecided, byte[] row)
            implements LinkMessage {}

    /** APP a program started by its user; LANDING a JVM a process moves into (token from the daemon); DEPUTY what stays behind; ADMIN a command. */
    enum Role { APP, LANDING, DEPUTY, ADMIN }

    /** @param kept the folder for what a JVM leaves that ends without a daemon, see {@link KeptFolder}; "" if it can leave nothing */
    record Welcome(int vpid, int node, String nodeName, int incarnation, byte[] row, String kept) implements LinkMessage {}

    record Refused(int code, String message) implements LinkMessage {}

    /** Application to daemon, every 2 s or so: live threads, and what the last collection left of the heap in bytes, or what is used of it where that is not known. */
    record Report(int threads, long heapUsed) implements LinkMessage {}

    /** Application to daemon as its last word; the exit status it is about to end with. Answered by Exit. */
    record Exiting(int status) implements LinkMessage {}

    // ---- migration: daemon to source JVM and back

    /** Asks what a landing JVM needs; nothing stops. */
    record Prepare(long migration) implements OfMove {}

    /** What the target must start. */
    record Prepared(long migration, String javaBuild, List<String> jvmArguments, List<PathEntry> classPath, String command,
            List<String> environment, String workDir, long heapUsed, long heapMax, List<String> classes) implements OfMove {}

    /**
     * A jar file or folder of the class path.
     *
     * @param path what it was called where the program was started
     * @param file where it is on the source now
     * @param sha256 64 hex digits: of the file, or of the listing of a folder (FolderListing)
     * @param bytes size of the file, or of all files in the folder
     */
    record PathEntry(String path, String file, boolean folder, String sha256, long bytes) {}

    /** Stop the program and send its image, or say why not within waitMillis. */
    record Freeze(long migration, int waitMillis) implements OfMove {}

    /** Says what would pin the process, without moving it: freezes, walks, and goes on. Answered by Explained. */
    record Explain(long migration, int waitMillis) implements OfMove {}

    record Explained(long migration, List<String> pins, long imageBytes, long objects, int threads) implements OfMove {}

    /** A part of the image, in order. */
    record ImageChunk(long migration, byte[] bytes) implements OfMove {}

    /** The image is complete; durations in microseconds. */
    record ImageEnd(long migration, long bytes, long crc32c, long objects, int threads, long freezeMicros, long captureMicros,
            long writeMicros) implements OfMove {}

    /** The move is off, by source or target; the program goes on where it was. */
    record Cannot(long migration, int code, List<String> reasons) implements OfMove {}

    /** Daemon to source: roll back, the program goes on. Answered by Resumed. */
    record Resume(long migration) implements OfMove {}

    record Resumed(long migration) implements OfMove {}

    /** Daemon to source after the commit: become the deputy (token) or, with token 0, end at once and silently. */
    record Depart(long migration, long token) implements OfMove {}

    // ---- migration: daemon to landing JVM and back

    /**
     * First message to a landing JVM: what the elements of its class path were called where the program was started, the
     * classes to load and link before the image comes, and how many bytes of heap the source uses. Answered by LandReady.
     */
    record Land(long migration, List<String> classPath, List<String> classes, long heapUsed, byte[] row) implements OfMove {}

    record LandReady(long migration) implements OfMove {}

    /** The image is built and every thread stands ready. */
    record Built(long migration, long buildMicros) implements OfMove {}

    /** Committed: run. */
    record Go(long migration, int incarnation, byte[] row) implements OfMove {}

    record Running(long migration) implements OfMove {}

    /** Application to daemon: the program asks to be moved. Answered by SelfMoveRefused, or by being moved. */
    record SelfMove(long request, int node) implements LinkMessage {}

    record SelfMoveRefused(long request, int code, String message) implements LinkMessage {}

    // ---- standard streams of a moved process: landing <-> daemon <-> deputy

    /** Output of the process on its way to the deputy; fd 1 or 2. It begins at this offset of what the incarnation wrote there. */
    record Stdio(int fd, int incarnation, long offset, byte[] bytes) implements LinkMessage {}

    /** What is before this offset, and of earlier incarnations, is shown; the sender keeps at most 256 KiB of the rest. */
    record StdioAck(int fd, int incarnation, long offset) implements LinkMessage {}

    /**
     * What is written to this output can go nowhere any more: whoever read it has closed it, or its disk is full. Deputy to daemon, and
     * daemon to the program's JVM, whose writes fail from then on. Said again and again; safe to repeat.
     */
    record StdioBroken(int fd) implements LinkMessage {}

    /**
     * The program reads standard input: at most max bytes are wanted from this position on. What is before it has come to stay.
     * A position counts bytes and ends of file since the program's start. A program that has closed its input wants 0 bytes, until it is
     * answered by an empty Stdin.
     */
    record StdinWant(long position, int max) implements LinkMessage {}

    /** What stands at this position of standard input; empty bytes for an end of file. */
    record Stdin(long position, byte[] bytes) implements LinkMessage {}

    /** Deputy to daemon: the user sent this signal (POSIX number). */
    record Signal(int number) implements LinkMessage {}

    /** Daemon to deputy: the process ended so; signal 0 for a normal exit. To the program's JVM: its last word is heard. */
    record Exit(int status, int signal) implements LinkMessage {}

    /** Daemon to deputy: the process comes home; replace yourself by this landing JVM (argv, environment as KEY=VALUE). */
    record BecomeLanding(List<String> argv, List<String> environment, String workDir) implements LinkMessage {}

    // ---- commands

    /** A command of the user; args are KEY=VALUE. Answered by any number of AdminProgress and one AdminReply. */
    record AdminRequest(String verb, List<String> args) implements LinkMessage {}

    record AdminProgress(String json) implements LinkMessage {}

    /** code 0 for success with the result in json, else an ErrorCode number and a sentence. */
    record AdminReply(int code, String message, String json) implements LinkMessage {}
}
