package io.ssi.migrate.client;

import java.util.Map;
import java.util.WeakHashMap;

/** The generated copies of frames that run in this JVM, and which method and which of its calls each place in one stands for. */
final class FrameCopies {
    /** @param calls by bytecode index of a call in the copy, the call of the original it stands for */
    record Copy(Class<?> original, String method, String descriptor, Map<Integer, Integer> calls) {
        int callAt(int bci) {
            return calls.getOrDefault(bci, -1);
        }
    }

    /** Slots in front of the original's locals: the entry object and its SsiResume. */
    static final int SHIFT = 2;

    private final Map<Class<?>, Copy> copies = new WeakHashMap<>();

    synchronized void add(Class<?> type, Copy copy) {
        copies.put(type, copy);
    }

    synchronized Copy of(Class<?> type) {
        return type.isHidden() ? copies.get(type) : null;
    }

    /** The class a copy was made of; any other class is its own original. */
    Class<?> original(Class<?> type) {
        Copy copy = of(type);
        return copy == null ? type : copy.original();
    }
}
