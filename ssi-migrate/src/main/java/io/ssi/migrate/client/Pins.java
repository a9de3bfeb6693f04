package io.ssi.migrate.client;

import java.util.ArrayList;
import java.util.List;

/** What cannot move, each with its path from a root; and of each object, by its number, what it was reached from. */
final class Pins {
    private final ObjectNumbers numbers;
    private final List<String> found = new ArrayList<>();
    private final List<String> roots = new ArrayList<>();
    /** By object number: number of the object that first referred to it, or minus the index of its root. */
    private final Blocks.OfInts parents = new Blocks.OfInts();
    /** What is being written. */
    private int parent;

    Pins(ObjectNumbers numbers) {
        this.numbers = numbers;
    }

    List<String> found() {
        return found;
    }

    /** What is written from here on is reached from this root. */
    void root(String name) {
        roots.add(name);
        parent = -roots.size();
    }

    void inside(int number) {
        parent = number;
    }

    /** The object of that number was reached now. */
    void reached(int number) {
        parents.set(number, parent);
    }

    void add(Object object, String why) {
        addReason(object.getClass().getName() + " is " + why);
    }

    void addReason(String reason) {
        if (found.size() < ImageFormat.PINS_MAX) {
            found.add(reason + path());
        }
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        int at = parent;
        for (int i = 0; at > 0 && i < ImageFormat.PATH_MAX; i++) {
            path.append(" <- ").append(numbers.object(at).getClass().getTypeName());
            at = parents.get(at);
        }
        return path.append(at < 0 ? " <- " + roots.get(-at - 1) : " <- ...").toString();
    }
}
