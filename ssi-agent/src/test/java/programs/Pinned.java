package programs;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Holds one thing that cannot move, named by the argument, for as long as it runs. */
public final class Pinned {
    private static final List<Object> HELD = new ArrayList<>();

    private Pinned() {}

    private static Object hold(String what) throws Exception {
        return switch (what) {
            case "file" -> new FileInputStream(Path.of(System.getProperty("java.home"), "release").toFile());
            case "socket" -> new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            case "memory" -> ByteBuffer.allocateDirect(64);
            case "loader" -> loaded();
            case "virtual" -> virtual();
            default -> throw new IllegalArgumentException(what);
        };
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

    public static void main(String[] arguments) throws Exception {
        HELD.add(hold(arguments[0]));
        System.out.println("holds");
        for (int i = 0; i < 20; i++) {
            Pace.step();
        }
        System.out.println("done " + HELD.size());
        System.exit(0);
    }
}
