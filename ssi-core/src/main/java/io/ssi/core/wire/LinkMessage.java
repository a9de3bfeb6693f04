package io.ssi.core.wire;

import java.util.List;

/** The messages between a daemon and the JVMs of its host. Strings are never null; absent is "" or an empty list. */
public sealed interface LinkMessage {
    int PROTOCOL = 1;

    /** Longest frame either side accepts, bytes. */
    int FRAME_MAX = 4 << 20;

    // ---- life of a connection

    /**
     * First message on every connection. {@code vpid} and {@code incarnation} are 0 on a program's first connection; a program
     * that lost its daemon connects again with the numbers it was given, and is adopted under them.
     */
    record Hello(int protocol, Role role, long token, long osPid, int parentVPid, String javaBuild, String command,
            List<String> arguments, String user, String workDir, long startMillis, int vpid, int incarnation) implements LinkMessage {}

    /** APP a program started by its user; LANDING a JVM a process moves into (token from the daemon); DEPUTY what stays behind; ADMIN a command. */
    enum Role { APP, LANDING, DEPUTY, ADMIN }

    record Welcome(int vpid, int node, String nodeName, int incarnation) implements LinkMessage {}

    record Refused(int code, String message) implements LinkMessage {}

    /** Application to daemon, every 2 s or so: live threads, used heap in bytes. */
    record Report(int threads, long heapUsed) implements LinkMessage {}

    /** Application to daemon as its last word; the exit status it is about to end with. */
    record Exiting(int status) implements LinkMessage {}

    // ---- migration: daemon to source JVM and back

    /** Asks what a landing JVM needs; nothing stops. */
    record Prepare(long migration) implements LinkMessage {}

    /** What the target must start. Each class path entry has its SHA-256 (hex; "" for a folder) and size in bytes. */
    record Prepared(long migration, String javaBuild, List<String> jvmArguments, List<PathEntry> classPath, String command,
            List<String> environment, String workDir, long heapUsed, long heapMax, List<String> classes) implements LinkMessage {}

    record PathEntry(String path, String sha256, long bytes) {}

    /** Stop the program and send its image, or say why not within waitMillis. */
    record Freeze(long migration, int waitMillis) implements LinkMessage {}

    /** Says what would pin the process, without moving it: freezes, walks, and goes on. Answered by Explained. */
    record Explain(long migration, int waitMillis) implements LinkMessage {}

    record Explained(long migration, List<String> pins, long heapBytes, long objects, int threads) implements LinkMessage {}

    /** A part of the image, in order. */
    record ImageChunk(long migration, byte[] bytes) implements LinkMessage {}

    /** The image is complete; durations in microseconds. */
    record ImageEnd(long migration, long bytes, long crc32c, long objects, int threads, long freezeMicros, long captureMicros,
            long writeMicros) implements LinkMessage {}

    /** The move is off, by source or target; the program goes on where it was. */
    record Cannot(long migration, int code, List<String> reasons) implements LinkMessage {}

    /** Daemon to source: roll back, the program goes on. Answered by Resumed. */
    record Resume(long migration) implements LinkMessage {}

    record Resumed(long migration) implements LinkMessage {}

    /** Daemon to source after the commit: become the deputy (token) or, with token 0, end at once and silently. */
    record Depart(long migration, long token) implements LinkMessage {}

    // ---- migration: daemon to landing JVM and back

    /** First message to a landing JVM; the classes to load and link before the image comes. Answered by LandReady. */
    record Land(long migration, List<String> classes) implements LinkMessage {}

    record LandReady(long migration) implements LinkMessage {}

    /** The image is built and every thread stands ready. */
    record Built(long migration, long buildMicros) implements LinkMessage {}

    /** Committed: run. */
    record Go(long migration, int incarnation) implements LinkMessage {}

    record Running(long migration, long resumeMicros) implements LinkMessage {}

    /** Application to daemon: the program asks to be moved. Answered by SelfMoveRefused, or by being moved. */
    record SelfMove(long request, int node) implements LinkMessage {}

    record SelfMoveRefused(long request, int code, String message) implements LinkMessage {}

    // ---- standard streams of a moved process: landing <-> daemon <-> deputy

    /** fd 0 towards the program, 1 and 2 towards the deputy. Empty bytes: end of file. */
    record Stdio(int fd, byte[] bytes) implements LinkMessage {}

    /** The receiver of Stdio consumed so many bytes; the sender keeps at most 256 KiB unacknowledged. */
    record StdioAck(int fd, int bytes) implements LinkMessage {}

    /** The program reads standard input: at most max bytes are wanted. */
    record StdinWant(int max) implements LinkMessage {}

    /** Deputy to daemon: the user sent this signal (POSIX number). */
    record Signal(int number) implements LinkMessage {}

    /** Daemon to deputy: the process ended so; signal 0 for a normal exit. */
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
