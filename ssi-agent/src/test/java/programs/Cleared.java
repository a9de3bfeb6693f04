package programs;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;

/** Waits until the JVM tells that an object is gone, again and again. */
public final class Cleared {
    private Cleared() {}

    private static WeakReference<Object> gone(ReferenceQueue<Object> queue) {
        return new WeakReference<>(new Object(), queue);
    }

    public static void main(String[] arguments) throws InterruptedException {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        while (true) {
            WeakReference<Object> reference = gone(queue);
            System.out.println("waits");
            if (queue.remove() != reference) {
                throw new IllegalStateException("another reference");
            }
        }
    }
}
