package io.ssi.core.net;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Number of every class that may travel between daemons. Each area registers its records once at assembly; an unregistered
 * class is an error on both sides, never loaded. Numbers are part of the protocol: 10-99 core, 100-199 vproc,
 * 200-299 migrate, 300-399 node; 1000 and up belong to the codec itself (lists, maps, Optional, byte[], NodeId, VPid ...).
 */
public final class MessageRegistry {
    private final Map<Integer, Class<?>> classes = new LinkedHashMap<>();

    public MessageRegistry register(int number, Class<?> type) {
        if (number < 10 || number >= 1000 || classes.putIfAbsent(number, type) != null || classes.values().stream().filter(type::equals).count() != 1) {
            throw new IllegalArgumentException("message number " + number + " of " + type.getName() + " is taken or not in 10..999");
        }
        return this;
    }

    public Map<Integer, Class<?>> classes() {
        return Map.copyOf(classes);
    }
}
