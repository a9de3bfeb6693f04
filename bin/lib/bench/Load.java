import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** Holds a live heap of a kind and size, and threads. Arguments: objects or arrays, megabytes, threads. Says "ready" when it does. */
public final class Load {
    private static final int ARRAY_BYTES = 1 << 20;
    /** Header, three references and a number, with compressed references. */
    private static final int NODE_BYTES = 32;
    private static final int NODES_A_BUCKET = 1 << 10;

    private static Object heap;
    private static volatile long turns;

    private static final class Node {
        final Node previous;
        final Node left;
        final Object tag;
        final long number;

        Node(Node previous, Node left, Object tag, long number) {
            this.previous = previous;
            this.left = left;
            this.tag = tag;
            this.number = number;
        }
    }

    private Load() {}

    public static void main(String[] arguments) throws InterruptedException {
        long bytes = Long.parseLong(arguments[1]) << 20;
        heap = arguments[0].equals("arrays") ? arrays(bytes) : objects(bytes);
        int others = Integer.parseInt(arguments[2]) - 1;
        CountDownLatch started = new CountDownLatch(others);
        for (int i = 0; i < others; i++) {
            boolean busy = i == 0;
            Thread thread = new Thread(() -> {
                started.countDown();
                while (true) {
                    if (busy) {
                        turns++;
                        LockSupport.parkNanos(100_000);
                    } else {
                        LockSupport.park();
                    }
                }
            }, "load-" + i);
            thread.start();
        }
        started.await();
        System.out.println("ready");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static Object arrays(long bytes) {
        byte[][] all = new byte[(int) Math.max(1, bytes / ARRAY_BYTES)][];
        for (int i = 0; i < all.length; i++) {
            all[i] = new byte[ARRAY_BYTES];
            all[i][i % ARRAY_BYTES] = 1;
        }
        return all;
    }

    private static Object objects(long bytes) {
        long count = bytes / NODE_BYTES;
        Node[] buckets = new Node[(int) (count / NODES_A_BUCKET) + 1];
        Node last = null;
        for (long i = 0; i < count; i++) {
            int bucket = (int) (i % buckets.length);
            last = new Node(last, buckets[bucket], buckets, i);
            buckets[bucket] = last;
        }
        return buckets;
    }
}
