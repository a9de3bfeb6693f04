package programs;

import java.io.FileInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Vector;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.Deflater;

/** Holds one thing that cannot move, named by the argument, for as long as it runs. */
public final class Pinned {
    private static final int STEPS = 20;
    private static final List<Object> HELD = new ArrayList<>();

    private Pinned() {}

    private static Object hold(String what) throws Exception {
        return switch (what) {
            case "file" -> new FileInputStream(Path.of(System.getProperty("java.home"), "release").toFile());
            case "socket" -> new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            case "memory" -> ByteBuffer.allocateDirect(64);
            case "loader" -> loaded();
            case "virtual" -> virtual();
            case "vector" -> contended();
            case "accept" -> accepting();
            case "many" -> many();
            case "child" -> child();
            default -> throw new IllegalArgumentException(what);
        };
    }

    /** A thread inside native code for as long as the program runs. */
    private static Object accepting() throws InterruptedException {
        Thread accepts = start("accepts", () -> {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                server.accept();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        while (java.util.Arrays.stream(accepts.getStackTrace()).noneMatch(frame -> frame.getMethodName().equals("accept"))) {
            Thread.onSpinWait();
        }
        return "thread";
    }

    private static Object child() throws IOException {
        Process child = new ProcessBuilder("sleep", "600").start();
        Runtime.getRuntime().addShutdownHook(new Thread(child::destroyForcibly));
        return child;
    }

    private static Object many() throws Exception {
        Deflater deflater = new Deflater();
        deflater.setInput(new byte[10]);
        return List.of(hold("file"), hold("socket"), hold("memory"), hold("loader"), deflater, Pipe.open().source(), Arena.global().allocate(8),
                MethodHandles.filterReturnValue(MethodHandles.constant(int.class, 1), MethodHandles.identity(int.class)),
                new MutableCallSite(MethodType.methodType(void.class)));
    }

    private static Object loaded() throws IOException, ReflectiveOperationException {
        URL here = Pinned.class.getProtectionDomain().getCodeSource().getLocation();
        URLClassLoader loader = new URLClassLoader(new URL[] {here}, ClassLoader.getPlatformClassLoader());
        return Class.forName("programs.Pace", true, loader);
    }

    private static Object virtual() throws InterruptedException {
        CountDownLatch latch = new CountDownLatch(1);
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Thread.sleep(50);
        return thread;
    }

    private static class Base {
        Base(int steps) {
            HELD.add(steps);
        }
    }

    /** Runs before its superclass's constructor. */
    private static final class Early extends Base {
        Early() {
            super(goOn(1, 2 * STEPS)); // longer than a move waits for it
        }
    }

    /** A vector that one thread owns and another adds to. */
    private static Object contended() throws InterruptedException {
        Vector<Integer> vector = new Vector<>();
        CountDownLatch owned = new CountDownLatch(1);
        start("owns", () -> {
            synchronized (vector) {
                owned.countDown();
                while (vector.isEmpty()) {
                    LockSupport.park();
                }
                throw new IllegalStateException("someone else was let in");
            }
        });
        owned.await();
        Thread adds = start("adds", () -> vector.add(1));
        while (adds.getState() != Thread.State.BLOCKED) {
            Thread.onSpinWait();
        }
        return vector;
    }

    private static Thread start(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("constructor")) {
            new Early();
        }
        HELD.add(hold(arguments[0]));
        goOn(HELD.size(), STEPS);
    }

    private static int goOn(int held, int steps) {
        System.out.println("holds");
        for (int i = 0; i < steps; i++) {
            Pace.step();
        }
        System.out.println("done " + held);
        System.exit(0);
        return held;
    }
}
