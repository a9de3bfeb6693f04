package io.ssi.agent.deputy;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/** The few C functions by which one program takes the place of another, on Linux. Thread-safe. */
public final class Libc {
    static final int SIGHUP = 1;
    static final int SIGINT = 2;
    static final int SIGQUIT = 3;
    static final int SIGUSR1 = 10;
    static final int SIGTERM = 15;
    static final int SIGCONT = 18;
    static final int SIGSTOP = 19;
    static final int SIGTSTP = 20;

    private static final int F_SETFD = 2;
    private static final int O_WRONLY_CREAT_APPEND = 02101;
    private static final short POLLIN = 1;
    private static final short POLLERR = 8;
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int FD_CLOEXEC = 1;
    private static final int SIG_BLOCK = 0;
    private static final int SIG_UNBLOCK = 1;
    /** sizeof(sigset_t) of glibc; musl's is not longer. */
    private static final long SIGSET_BYTES = 128;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final MemoryLayout POINTER = ValueLayout.ADDRESS;

    private final Linker linker = Linker.nativeLinker();
    /** Linker.downcallHandle; called from java.base if there is a lookup for that, which asks for no permission of the user. */
    private final MethodHandle downcall;
    private final Arena arena = Arena.global();

    /** @param trusted null where this class's module has native access by the command line */
    public Libc(MethodHandles.Lookup trusted) {
        MethodType type = MethodType.methodType(MethodHandle.class, MemorySegment.class, FunctionDescriptor.class,
                Linker.Option[].class);
        try {
            // In Object, because a lookup that may do everything binds no caller, and then this class would be asked.
            downcall = (trusted == null ? MethodHandles.lookup() : trusted.in(Object.class)).findVirtual(Linker.class, "downcallHandle", type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What replaces the program of this process when it is run; returns only if that failed. A null environment stays as it is. */
    Runnable exec(List<String> arguments, List<String> environment) {
        MemorySegment path = arena.allocateFrom(arguments.get(0));
        Object[] given = environment == null ? new Object[] {path, strings(arguments)}
                : new Object[] {path, strings(arguments), strings(environment)};
        MethodHandle function = environment == null ? function("execv", FunctionDescriptor.of(INT, POINTER, POINTER))
                : function("execve", FunctionDescriptor.of(INT, POINTER, POINTER, POINTER));
        // Once in vain (ENOENT): the first call takes milliseconds, in which signals would come to a JVM that is about to vanish.
        Object[] nothing = given.clone();
        nothing[0] = arena.allocateFrom("");
        invoke("execve", function, nothing);
        return () -> invoke("execve", function, given);
    }

    void unsetEnvironment(String name) {
        call("unsetenv", FunctionDescriptor.of(INT, POINTER), arena.allocateFrom(name));
    }

    /** False if it did not succeed. */
    boolean changeDirectory(String path) {
        return (int) call("chdir", FunctionDescriptor.of(INT, POINTER), arena.allocateFrom(path)) == 0;
    }

    /** The descriptor will not be open in a program that takes this one's place. */
    void closeOnExec(int descriptor) {
        flags(descriptor, FD_CLOEXEC);
    }

    void keepOnExec(int descriptor) {
        flags(descriptor, 0);
    }

    private void flags(int descriptor, int flags) {
        invoke("fcntl", function("fcntl", FunctionDescriptor.of(INT, INT, INT, INT), Linker.Option.firstVariadicArg(2)), descriptor,
                F_SETFD, flags);
    }

    /** A new file without a name; its descriptor. */
    int memoryFile(String name) {
        int descriptor = (int) call("memfd_create", FunctionDescriptor.of(INT, POINTER, INT), arena.allocateFrom(name), 0);
        if (descriptor < 0) {
            throw new IllegalStateException("this kernel gives no file in memory (memfd_create)");
        }
        return descriptor;
    }

    /** What waits until the descriptor can be read without blocking when it is run, or a little less. */
    Runnable awaitReadable(int descriptor) {
        MemorySegment poll = arena.allocate(8, 4);
        poll.set(INT, 0, descriptor);
        poll.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
        MethodHandle function = function("poll", FunctionDescriptor.of(INT, POINTER, LONG, INT));
        return () -> {
            while ((int) invoke("poll", function, poll, 1L, -1) <= 0) {
                // A signal came.
            }
        };
    }

    /** Waits until the descriptor reports something though nothing was asked; true when nobody reads the other end of it any more. */
    boolean awaitBroken(int descriptor) {
        MemorySegment poll = arena.allocate(8, 4);
        poll.set(INT, 0, descriptor);
        MethodHandle function = function("poll", FunctionDescriptor.of(INT, POINTER, LONG, INT));
        while ((int) invoke("poll", function, poll, 1L, -1) <= 0) {
            // A signal came.
        }
        return (poll.get(ValueLayout.JAVA_SHORT, 6) & POLLERR) != 0;
    }

    /**
     * From now on every write to the descriptor fails as on a pipe that nobody reads (EPIPE). It becomes a socket without another end and
     * not a pipe, of which a daemon could open the reading end through /proc.
     */
    public void breakOutput(int descriptor) {
        MemorySegment ends = arena.allocate(INT, 2);
        if ((int) call("socketpair", FunctionDescriptor.of(INT, INT, INT, INT, POINTER), AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
            throw new IllegalStateException("there is no descriptor left");
        }
        FunctionDescriptor close = FunctionDescriptor.of(INT, INT);
        call("close", close, ends.getAtIndex(INT, 1));
        call("dup2", FunctionDescriptor.of(INT, INT, INT), ends.getAtIndex(INT, 0), descriptor);
        call("close", close, ends.getAtIndex(INT, 0));
    }

    /** From now on what is written to the descriptor goes to the end of this file, made for this user only. */
    public void redirect(int descriptor, String path) {
        int file = (int) invoke("open", function("open", FunctionDescriptor.of(INT, POINTER, INT, INT), Linker.Option.firstVariadicArg(2)),
                arena.allocateFrom(path), O_WRONLY_CREAT_APPEND, 0600);
        if (file >= 0) {
            call("dup2", FunctionDescriptor.of(INT, INT, INT), file, descriptor);
            call("close", FunctionDescriptor.of(INT, INT), file);
        }
    }

    /** Signals of the calling thread that stay pending; a program that takes over inherits it. */
    void block(int... signals) {
        mask(SIG_BLOCK, signals);
    }

    void unblock(int... signals) {
        mask(SIG_UNBLOCK, signals);
    }

    private void mask(int how, int... signals) {
        call("pthread_sigmask", FunctionDescriptor.of(INT, INT, POINTER, POINTER), how, set(signals), MemorySegment.NULL);
    }

    /** Waits for one of these signals, which all threads block. */
    int awaitSignal(MemorySegment set) {
        MemorySegment number = arena.allocate(INT);
        call("sigwait", FunctionDescriptor.of(INT, POINTER, POINTER), set, number);
        return number.get(INT, 0);
    }

    MemorySegment set(int... signals) {
        MemorySegment set = arena.allocate(SIGSET_BYTES, 8);
        for (int signal : signals) {
            int bit = signal - 1;
            long at = bit / 64 * 8L;
            set.set(LONG, at, set.get(LONG, at) | 1L << (bit % 64));
        }
        return set;
    }

    /** From now on the signal is ignored, or does what it does to a program that does not care. */
    void disposition(int signal, boolean ignored) {
        call("signal", FunctionDescriptor.of(LONG, INT, LONG), signal, ignored ? 1L : 0L);
    }

    /** Ends this process by the signal, as if nobody had ever caught it. */
    void die(int signal) {
        disposition(signal, false);
        unblock(signal);
        raise(signal);
    }

    /** Stops this process; returns when it goes on. */
    void stop() {
        raise(SIGSTOP);
    }

    private void raise(int signal) {
        int self = (int) call("getpid", FunctionDescriptor.of(INT));
        call("kill", FunctionDescriptor.of(INT, INT, INT), self, signal);
    }

    private MemorySegment strings(List<String> list) {
        MemorySegment array = arena.allocate(POINTER, list.size() + 1L);
        for (int i = 0; i < list.size(); i++) {
            array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(list.get(i)));
        }
        array.setAtIndex(ValueLayout.ADDRESS, list.size(), MemorySegment.NULL);
        return array;
    }

    private Object call(String name, FunctionDescriptor type, Object... arguments) {
        return invoke(name, function(name, type), arguments);
    }

    private MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        try {
            return (MethodHandle) downcall.invoke(linker, linker.defaultLookup().findOrThrow(name), type, options);
        } catch (Throwable e) {
            throw new IllegalStateException(name + " is not to be had", e);
        }
    }

    private static Object invoke(String name, MethodHandle function, Object... arguments) {
        try {
            return function.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException(name + " failed", e);
        }
    }
}
