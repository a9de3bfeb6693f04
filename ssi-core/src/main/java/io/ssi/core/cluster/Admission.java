package io.ssi.core.cluster;

import io.ssi.core.cluster.hazelcast.LoopbackPlan;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.net.Transport;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a node without a number gets one: it founds a cluster, or asks the seeds until one answers. */
final class Admission {
    private static final Logger log = LoggerFactory.getLogger(Admission.class);
    private static final Duration ASK = Duration.ofSeconds(6);
    private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();
    /** Nobody is there: a daemon that is about to listen does so within this time. */
    private static final long NOBODY_NANOS = Duration.ofSeconds(3).toNanos();
    private static final int PREFIX_TRIES_MAX = 20;
    private static final List<ErrorCode> FINAL = List.of(ErrorCode.BAD_KEY, ErrorCode.BAD_CONFIG, ErrorCode.LIMIT);

    private Admission() {}

    /** A cluster id whose loopback addresses nobody else on this host uses now. */
    static String newClusterId(boolean maps) {
        for (int i = 1;; i++) {
            String id = UUID.randomUUID().toString().substring(0, 13);
            try {
                if (maps) {
                    new LoopbackPlan(id).check(1);
                }
                return id;
            } catch (SsiException taken) {
                if (i == PREFIX_TRIES_MAX) {
                    throw taken;
                }
            }
        }
    }

    /** Blocks up to about 20 s, and no longer than 3 s while no seed listens. Throws what the seeds refused with, or TIMEOUT. */
    static ClusterMessages.Joined join(List<InetSocketAddress> seeds, Transport transport, UUID uuid, String name, String address) {
        ClusterMessages.Join request = new ClusterMessages.Join(uuid.toString(), name, address, "", ThreadLocalRandom.current().nextLong());
        long start = System.nanoTime();
        long heard = start;
        SsiException last;
        boolean nobody;
        do {
            last = null;
            nobody = true;
            for (InetSocketAddress seed : seeds) {
                try {
                    return transport.callAddress(seed, request, ASK).join();
                } catch (CompletionException e) {
                    last = e.getCause() instanceof SsiException known ? known : new SsiException(ErrorCode.INTERNAL, String.valueOf(e.getCause()), e);
                    if (FINAL.contains(last.code())) {
                        throw last;
                    }
                    nobody &= last.code() == ErrorCode.NODE_DOWN;
                    log.info("not admitted by {} yet: {}", seed, last.getMessage());
                }
            }
            heard = nobody ? heard : System.nanoTime();
            pause();
        } while (System.nanoTime() - heard < NOBODY_NANOS && System.nanoTime() - start < PATIENCE_NANOS);
        String asked = seeds.stream().map(seed -> seed.getHostString() + ":" + seed.getPort()).collect(Collectors.joining(", "));
        throw new SsiException(last.code(), nobody && seeds.size() == 1 ? last.getMessage() : "no node at " + asked + " admitted this node within "
                + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s; the last answer was: " + last.getMessage(), last);
    }

    private static void pause() {
        try {
            Thread.sleep(300);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SsiException(ErrorCode.TIMEOUT, "joining was interrupted", e);
        }
    }
}
