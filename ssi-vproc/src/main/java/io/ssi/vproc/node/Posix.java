package io.ssi.vproc.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/** The few system calls that the JDK does not offer. The daemon runs with {@code --enable-native-access} for them. */
public final class Posix {
    private static final int ESRCH = 3;
    private static final int EPERM = 1;
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private static final int O_WRONLY_CREAT_CLOEXEC = 02000101;
    private static final int O_CLOEXEC = 02000000;
    private static final short POLLIN = 1;
    private static final int SPLICE_F_NONBLOCK = 2;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle KILL = function("kill", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final MethodHandle MKFIFO = function("mkfifo", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final MethodHandle SETSID = function("setsid");
    private static final MethodHandle CLOSE = function("close", ValueLayout.JAVA_INT);
    private static final MethodHandle POLL = function("poll", ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
    private static final MethodHandle OPEN = handle("open", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SPLICE = longFunction("splice", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
    private static final MethodHandle READ = longFunction("read", ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);

    private Posix() {}

    /** kill(2). */
    public static void kill(long osPid, int signal) {
        if (osPid <= 1) {
            throw new IllegalArgumentException("signal to process " + osPid);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            if ((int) KILL.invokeExact(state, (int) osPid, signal) == 0) {
                return;
            }
            int errno = (int) ERRNO.get(state, 0L);
            throw switch (errno) {
                case ESRCH -> new SsiException(ErrorCode.NO_SUCH_PROCESS, "host OS process " + osPid + " is gone");
                case EPERM -> new SsiException(ErrorCode.NOT_PERMITTED, "the daemon's user may not signal host OS process " + osPid);
                default -> new SsiException(ErrorCode.INTERNAL, "kill(" + osPid + ", " + signal + ") failed with errno " + errno);
            };
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** mkfifo(3), readable and writable for this user only. */
    public static void mkfifo(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            if ((int) MKFIFO.invokeExact(state, arena.allocateFrom(path.toString()), 0600) != 0) {
                throw new SsiException(ErrorCode.CANNOT_START,
                        "cannot make the pipe " + path + ": errno " + (int) ERRNO.get(state, 0L));
            }
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** setsid(2): leaves the terminal's session, so that closing it or Ctrl-C does not reach the daemon. Harmless when refused. */
    public static void setsid() {
        try (Arena arena = Arena.ofConfined()) {
            int ignored = (int) SETSID.invokeExact(arena.allocate(STATE));
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** open(2) for reading; blocks until a named pipe has a writer. */
    static int openToRead(Path path) throws IOException {
        return open(path, O_CLOEXEC);
    }

    /** open(2) for writing, made for this user only if there is none. */
    static int openToWrite(Path path) throws IOException {
        return open(path, O_WRONLY_CREAT_CLOEXEC);
    }

    private static int open(Path path, int flags) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int descriptor = (int) OPEN.invokeExact(state, arena.allocateFrom(path.toString()), flags, 0600);
            if (descriptor < 0) {
                throw new IOException(path + " cannot be opened: errno " + (int) ERRNO.get(state, 0L));
            }
            return descriptor;
        } catch (Throwable e) {
            throw io(e);
        }
    }

    /** close(2). */
    static void close(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            int ignored = (int) CLOSE.invokeExact(arena.allocate(STATE), descriptor);
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /** poll(2): waits at most so long, -1 for ever, until there is something to read or the end; whether there is. */
    static boolean awaitReadable(int descriptor, int millis) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(ValueLayout.JAVA_LONG);
            poll.set(ValueLayout.JAVA_INT, 0, descriptor);
            poll.set(ValueLayout.JAVA_SHORT, Integer.BYTES, POLLIN);
            return (int) POLL.invokeExact(arena.allocate(STATE), poll, 1L, millis) > 0;
        } catch (Throwable e) {
            throw unchecked(e);
        }
    }

    /**
     * splice(2): moves bytes from a pipe into a file, inside the kernel: each is in one of them whenever this process is killed.
     *
     * @return how many; 0 at the end of the pipe, -1 if there are none now
     */
    static long splice(int pipe, int file, long position, long count) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment offset = arena.allocateFrom(ValueLayout.JAVA_LONG, position);
            return count((long) SPLICE.invokeExact(state, pipe, MemorySegment.NULL, file, offset, count, SPLICE_F_NONBLOCK), state);
        } catch (Throwable e) {
            throw io(e);
        }
    }

    /** read(2) of at most so many bytes; empty at the end, null if there are none now. */
    static byte[] read(int descriptor, int count) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment bytes = arena.allocate(count);
            long n = count((long) READ.invokeExact(state, descriptor, bytes, (long) count), state);
            return n < 0 ? null : bytes.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
        } catch (Throwable e) {
            throw io(e);
        }
    }

    private static long count(long result, MemorySegment state) throws IOException {
        int errno = (int) ERRNO.get(state, 0L);
        if (result < 0 && errno != EAGAIN && errno != EINTR) {
            throw new IOException("errno " + errno);
        }
        return result;
    }

    private static MethodHandle function(String name, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }

    private static MethodHandle longFunction(String name, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(ValueLayout.JAVA_LONG, arguments));
    }

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        return handle(name, type, Linker.Option.captureCallState("errno"));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
    }

    private static IOException io(Throwable e) {
        if (e instanceof IOException failed) {
            return failed;
        }
        throw unchecked(e);
    }

    private static RuntimeException unchecked(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }
}
