package io.ssi.migrate.client;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** What of the JDK's own state belongs to the program and travels, what is made anew, and what pins. Data, not code. */
final class JdkState {
    private JdkState() {}

    /** JDK statics that are the program's: written as roots and set in the landing JVM. class#field. */
    static final String[] TRAVELLING_STATICS = {
        "java.lang.System#in", "java.lang.System#out", "java.lang.System#err", "java.lang.System#props",
        "java.lang.ApplicationShutdownHooks#hooks",
        "java.lang.Thread#defaultUncaughtExceptionHandler",
        "java.lang.Thread$ThreadNumbering#next",
        "java.util.Locale#defaultLocale", "java.util.Locale#defaultDisplayLocale", "java.util.Locale#defaultFormatLocale",
        "java.util.TimeZone#defaultTimeZone",
        "java.lang.SsiProcess#statusAtEnd", "java.lang.SsiProcess#signalHandlers",
        "sun.security.jca.Providers#providerList",
        "java.util.logging.Level$KnownLevel#nameToLevels", "java.util.logging.Level$KnownLevel#intToLevels",
        "java.net.URL#factory", "java.net.URLConnection#factory", "java.net.Authenticator#theAuthenticator",
        "java.net.ProxySelector#theProxySelector", "java.net.CookieHandler#cookieHandler", "java.net.ResponseCache#theResponseCache",
        "java.net.HttpURLConnection#followRedirects",
        "java.util.concurrent.ForkJoinPool#common", "java.util.concurrent.Executors$DefaultThreadFactory#poolNumber",
        "java.util.Timer#nextSerialNumber", "java.util.logging.LogManager#manager", "java.util.logging.LogRecord#globalSequenceNumber",
        "java.security.Security#props",
    };

    /** Found by name like any JDK constant, but their contents travel too: their fields are among {@link #TRAVELLING_STATICS}. class#field. */
    static final Set<String> FILLED = Set.of(
            "java.util.concurrent.ForkJoinPool#common",
            "java.util.concurrent.Executors$DefaultThreadFactory#poolNumber",
            "java.util.Timer#nextSerialNumber",
            "java.util.Random#seedUniquifier",
            "java.util.concurrent.ThreadLocalRandom#seeder",
            "java.util.logging.LogManager#manager",
            "java.util.logging.Logger#global",
            "java.util.logging.LogRecord#globalSequenceNumber",
            "java.security.Security#props");

    /** Classes whose static finals are not names: their values travel by field. */
    static final Set<String> UNNAMED_HOLDERS = Set.of("java.lang.System", "java.lang.SsiHook", "java.lang.SsiResume",
            "java.lang.SsiProcess", "java.lang.SsiTraces");

    private static final Set<String> REBUILT = Set.of(
            "java.lang.reflect.Method#methodAccessor",
            // A reflective call in progress: its target is not used again, and the next call makes a new accessor.
            "jdk.internal.reflect.DirectMethodHandleAccessor#target",
            "jdk.internal.reflect.DirectConstructorHandleAccessor#target",
            "java.lang.reflect.Constructor#constructorAccessor",
            "java.lang.reflect.Field#fieldAccessor",
            "java.lang.reflect.Field#overrideFieldAccessor",
            "java.lang.ref.Reference#discovered",
            // Numbers and addresses of the JVM's own; the trace is made of it before.
            "java.lang.Throwable#backtrace",
            "java.lang.Thread#nioBlocker",
            "java.lang.Thread#parkBlocker");

    /** The field, or null while its class is not initialised: then there is nothing to take along. */
    static Field travelling(Jdk jdk, String name) {
        int hash = name.indexOf('#');
        try {
            Class<?> type = Class.forName(name.substring(0, hash), false, null);
            return Jdk.isInitialised(type) ? jdk.field(type, name.substring(hash + 1)) : null;
        } catch (ClassNotFoundException e) {
            throw Jdk.failed(name, e);
        }
    }

    static boolean isRebuilt(Field field) {
        return REBUILT.contains(field.getDeclaringClass().getName() + "#" + field.getName());
    }

    /** Whether {@link #pin} may find something in objects of the class; asked once per class, it is false for most. */
    static boolean mayPin(Class<?> type) {
        String name = type.getName();
        return Thread.class.isAssignableFrom(type) || ClassLoader.class.isAssignableFrom(type)
                || java.lang.invoke.CallSite.class.isAssignableFrom(type) || name.startsWith("io.ssi.")
                || java.lang.foreign.Arena.class.isAssignableFrom(type) || name.startsWith("jdk.internal.foreign.")
                || name.startsWith("sun.nio.ch.") || name.startsWith("java.util.zip.") || name.startsWith("java.nio.Direct")
                || name.equals("java.io.FileDescriptor") || name.equals("java.lang.ProcessImpl");
    }

    /** Why the object cannot move, as a phrase; null when it can. */
    static String pin(Jdk jdk, Object object) {
        String type = object.getClass().getName();
        switch (type) {
            case "java.io.FileDescriptor" -> {
                int fd = jdk.getInt(object, "fd");
                return fd > 2 ? "open: " + opened(fd) + " (descriptor " + fd + "); close it, open files and sockets cannot move yet" : null;
            }
            case "java.util.zip.Inflater$InflaterZStreamRef", "java.util.zip.Deflater$DeflaterZStreamRef" -> {
                return Jdk.U.getLong(object, Jdk.U.objectFieldOffset(jdk.field(object.getClass(), "address"))) != 0
                        ? "a native zlib stream; end() it, it cannot move yet" : null;
            }
            case "java.lang.ProcessImpl" -> {
                return ((Process) object).isAlive() ? "a running child process; wait for its end" : null;
            }
            case "java.nio.DirectByteBuffer", "java.nio.DirectByteBufferR" -> {
                return "memory outside the heap (a direct buffer); use a heap buffer, it cannot move yet";
            }
            case "java.util.zip.ZipFile$Source", "java.util.zip.ZipFile$CleanableResource" -> {
                return "an open zip or jar file; close it, open files cannot move yet";
            }
            default -> {
                return pinByFamily(object, type);
            }
        }
    }

    /** What the kernel says is behind a descriptor: a path, or socket:[number] and the like. */
    private static String opened(int fd) {
        try {
            String behind = Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(fd))).toString();
            return behind.startsWith("/") ? behind : "a " + behind.replaceFirst("^anon_inode:|:.*", "");
        } catch (IOException e) {
            return "a file or socket";
        }
    }

    private static String pinByFamily(Object object, String type) {
        if (type.startsWith("jdk.internal.foreign.") && type.contains("MemorySegmentImpl") && !type.contains("Heap")) {
            return "memory outside the heap (a native MemorySegment); use one of an array, it cannot move yet";
        }
        if (type.startsWith("sun.nio.ch.") && object instanceof java.nio.channels.Channel) {
            return "an open channel or selector; close it, it cannot move yet";
        }
        if (object instanceof ClassLoader) {
            return "a class loader of the program's own; it cannot move yet, put its classes on the class path";
        }
        if (object instanceof java.lang.invoke.CallSite) {
            return "a call site object; it cannot move yet, do not keep it while the program moves";
        }
        if (object instanceof java.lang.foreign.Arena || type.startsWith("jdk.internal.foreign.abi.")) {
            return "a link to native code or its memory; it cannot move, close it and make it again";
        }
        return type.startsWith("io.ssi.") && object.getClass().getClassLoader() == JdkState.class.getClassLoader()
                ? "a part of the agent; do not keep it" : null;
    }
}
