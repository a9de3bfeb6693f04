package io.ssi.core.net.link;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;

/** Parts of streams that wait to be sent: in order within a stream, one part each in turn between streams. Pure; the caller locks. */
public final class FairQueue {
    private final LinkedHashMap<Long, ArrayDeque<Frame>> byStream = new LinkedHashMap<>();

    public void add(long stream, Frame frame) {
        byStream.computeIfAbsent(stream, _ -> new ArrayDeque<>()).add(frame);
    }

    /** The next part, or null. */
    public Frame poll() {
        Map.Entry<Long, ArrayDeque<Frame>> first = byStream.pollFirstEntry();
        if (first == null) {
            return null;
        }
        Frame frame = first.getValue().remove();
        if (!first.getValue().isEmpty()) {
            byStream.put(first.getKey(), first.getValue()); // to the end of the round
        }
        return frame;
    }

    public boolean isEmpty() {
        return byStream.isEmpty();
    }
}
