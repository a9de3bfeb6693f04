package io.ssi.agent.weave;

import java.util.ArrayList;
import java.util.List;

/** What could not be woven, for whoever asks why a thread does not stop. Thread-safe. */
public final class LeftAloneList implements Weaver.LeftAlone {
    private static final int ENTRIES_MAX = 1000;

    private final ArrayList<String> entries = new ArrayList<>(0);
    private final ArrayList<String> unexpected = new ArrayList<>(0);

    @Override
    public synchronized void record(String internalName, String reason) {
        if (entries.size() < ENTRIES_MAX) {
            entries.add(internalName.replace('/', '.') + ": " + reason);
        }
    }

    /** A class of the JDK that is not as its rule says: what the rule promises does not hold in this JVM. */
    synchronized void unexpected(String reason) {
        unexpected.add(reason);
    }

    /** What was found of that so far. */
    public synchronized List<String> unexpected() {
        return new ArrayList<>(unexpected);
    }

    /** The first {@value #ENTRIES_MAX}, oldest first. */
    public synchronized List<String> entries() {
        return new ArrayList<>(entries);
    }
}
