package io.ssi.agent;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import jdk.internal.misc.Unsafe;

/** The way into java.base: three packages exported to the agent alone, a lookup that may do everything, and the hook classes. */
final class JavaBase {
    /** In the order of definition: each needs only those before it. */
    private static final String[] HOOKS = {"SsiHook$Handler", "SsiTraces", "SsiHook", "SsiResume", "SsiEntry", "SsiProcess",
        "SsiStandardInput", "SsiRandom", "SsiClock"};
    private static final String[] PACKAGES = {"jdk.internal.misc", "jdk.internal.vm", "jdk.internal.perf"};

    private JavaBase() {}

    /** Before any class is touched that uses those packages. */
    static void open(Instrumentation instrumentation) {
        Set<Module> agent = new HashSet<>(2);
        agent.add(JavaBase.class.getModule());
        Map<String, Set<Module>> exports = new HashMap<>(8);
        for (String name : PACKAGES) {
            exports.put(name, agent);
        }
        instrumentation.redefineModule(Object.class.getModule(), Set.of(), exports, Map.of(), Set.of(), Map.of());
    }

    /** Defines the hook classes inside java.base. Not by the boot class path: that would switch class-data sharing off. */
    static void defineHooks() throws IOException {
        Unsafe unsafe = Unsafe.getUnsafe();
        ClassLoader own = JavaBase.class.getClassLoader();
        for (String hook : HOOKS) {
            String file = "hook/java/lang/" + hook + ".class";
            try (InputStream in = own.getResourceAsStream(file)) {
                if (in == null) {
                    throw new IOException(file + " is missing in the agent's jar");
                }
                byte[] bytes = in.readAllBytes();
                unsafe.defineClass("java/lang/" + hook, bytes, 0, bytes.length, null, null);
            }
        }
    }

    static MethodHandles.Lookup trusted() {
        try {
            java.lang.reflect.Field field = MethodHandles.Lookup.class.getDeclaredField("IMPL_LOOKUP");
            Unsafe unsafe = Unsafe.getUnsafe();
            unsafe.ensureClassInitialized(MethodHandles.Lookup.class);
            return (MethodHandles.Lookup) unsafe.getReference(unsafe.staticFieldBase(field), unsafe.staticFieldOffset(field));
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("MethodHandles.Lookup of this JDK has no IMPL_LOOKUP", e);
        }
    }

    /** Writes a reference field of a JDK object. */
    static void set(Class<?> owner, String field, Object object, Object value) {
        Unsafe unsafe = Unsafe.getUnsafe();
        unsafe.putReferenceVolatile(object, unsafe.objectFieldOffset(owner, field), value);
    }

    static Object get(Class<?> owner, String field, Object object) {
        Unsafe unsafe = Unsafe.getUnsafe();
        return unsafe.getReferenceVolatile(object, unsafe.objectFieldOffset(owner, field));
    }
}
