package io.ssi.agent.program;

import java.util.ArrayList;
import java.util.List;

/** Prints which of the classes it is given by name it can load or find, by every loader a program has; asserts are on. */
public final class Searches {
    private Searches() {}

    public static void main(String[] names) throws Exception {
        List<String> seen = new ArrayList<>();
        ClassLoader[] loaders = {null, ClassLoader.getPlatformClassLoader(), ClassLoader.getSystemClassLoader(),
            Thread.currentThread().getContextClassLoader()};
        for (String name : names) {
            for (ClassLoader loader : loaders) {
                try {
                    seen.add(Class.forName(name, false, loader).getName());
                } catch (ClassNotFoundException e) {
                    // As it should be.
                }
            }
            if (ClassLoader.getSystemResource(name.replace('.', '/') + ".class") != null) {
                seen.add("resource " + name);
            }
        }
        assert seen.isEmpty() : seen;
        System.out.println("seen " + seen + " of " + names.length);
    }
}
