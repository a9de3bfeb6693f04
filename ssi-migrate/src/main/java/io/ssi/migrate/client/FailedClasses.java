package io.ssi.migrate.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import jdk.internal.misc.Unsafe;

/**
 * Classes whose static initialisers have failed: each further use is a NoClassDefFoundError whose cause tells of the failure. In a landing
 * JVM the initialiser fails again, by other code that the weaver puts there, and what the JVM notes of that is then made to
 * say what the first failure was. Source: hotspot/share/oops/instanceKlass.cpp, add_initialization_error.
 */
final class FailedClasses {
    private static final Unsafe U = Unsafe.getUnsafe();

    /** @param error what the JVM keeps of the failure; null for nothing */
    record Failed(Class<?> type, Throwable error) {}

    private final long klass;
    private final long state;
    private final int failed;

    FailedClasses() {
        VmStructs structs = new VmStructs();
        klass = structs.klass();
        state = structs.field("InstanceKlass", "_init_state", false);
        failed = structs.constant("InstanceKlass::initialization_error");
    }

    /** Those of the classes that have failed. */
    List<Failed> of(List<Class<?>> types) {
        List<Failed> all = new ArrayList<>();
        for (Class<?> type : types) {
            if (U.getByte(U.getLong(type, klass) + state) == failed) {
                all.add(new Failed(type, error(type)));
            }
        }
        return all;
    }

    /** Of a class that has failed. */
    private static Throwable error(Class<?> type) {
        try {
            U.ensureClassInitialized(type);
            throw Jdk.failed("state of classes: " + type.getName() + " has not failed", null);
        } catch (NoClassDefFoundError e) {
            return e.getCause();
        }
    }

    static void writeNames(ImageOutput out, List<Failed> all) throws IOException {
        out.varint(all.size());
        for (Failed each : all) {
            out.string(each.type.getName());
        }
    }

    /** Makes the class fail in this JVM, where its initialiser throws something. */
    static Class<?> fail(String name) throws IOException, ClassNotFoundException {
        try {
            Class.forName(name, true, ClassLoader.getSystemClassLoader());
        } catch (LinkageError e) {
            return Class.forName(name, false, ClassLoader.getSystemClassLoader());
        }
        throw new IOException("class " + name + " could not be initialised at the source and can be here");
    }

    /** After {@link #fail}. @param error of the source's JVM */
    static void note(Jdk jdk, Class<?> type, Throwable error) {
        Throwable here = error(type);
        if (here != null && error != null) {
            Layout layout = Layout.ofInstances(jdk, Throwable.class);
            for (int i = 0; i < layout.kinds.length; i++) {
                if (layout.kinds[i] == 'L') {
                    U.putReference(here, layout.offsets[i], U.getReference(error, layout.offsets[i]));
                } else if (layout.kinds[i] == 'I') {
                    U.putInt(here, layout.offsets[i], U.getInt(error, layout.offsets[i]));
                }
            }
        }
    }
}
