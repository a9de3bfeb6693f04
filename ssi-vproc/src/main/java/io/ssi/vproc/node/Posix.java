package io.ssi.vproc.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
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
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle KILL = function("kill", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final MethodHandle MKFIFO = function("mkfifo", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final MethodHandle SETSID = function("setsid");

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

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments),
                Linker.Option.captureCallState("errno"));
    }

    private static RuntimeException unchecked(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }
}
