package io.ssi.agent.weave;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassFileTransformer;
import java.net.URLClassLoader;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;

/** Weaves each class as it is loaded, and knows afterwards what the bytes of a loaded class were. Thread-safe. */
public final class WeavingTransformer implements ClassFileTransformer {
    /** Start of the names of the agent's own classes in java.base. */
    private static final String HOOKS = "java/lang/Ssi";
    /** Class files that are kept because no resource has them, bytes in all. */
    private static final long KEPT_BYTES_MAX = 64L << 20;

    private final Weaver weaver;
    private final LeftAloneList leftAlone;
    private final ClassLoader own = WeavingTransformer.class.getClassLoader();
    private final ClassLoader platform = ClassLoader.getPlatformClassLoader();
    private final ClassLoader system = ClassLoader.getSystemClassLoader();
    /** By loader: internal name to class file. Guarded by itself. */
    private final Map<ClassLoader, Map<String, byte[]>> kept = new WeakHashMap<>(0);
    /** Guarded by kept. */
    private long keptBytes;

    public WeavingTransformer(Weaver weaver, LeftAloneList leftAlone) {
        this.weaver = weaver;
        this.leftAlone = leftAlone;
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] bytes) {
        if (loader == own || name == null) {
            return null;
        }
        boolean jdk = loader == null || loader == platform;
        try {
            if (jdk) {
                return weaver.weave(name, LoaderKind.JDK, bytes);
            }
            if (redefined == null && !isResourceOf(loader, domain)) {
                keep(loader, name, bytes);
            }
            return weaver.weave(name, LoaderKind.APPLICATION, bytes);
        } catch (Throwable e) {
            // Whatever is thrown here the JVM would swallow.
            if (jdk) {
                leftAlone.unexpected(e.getMessage() == null ? name + ": " + e : e.getMessage());
            } else {
                leftAlone.record(name, e.toString());
            }
            return null;
        }
    }

    /**
     * The class file as this JVM runs it: the original with the same weaving.
     *
     * @return null if its bytes are not to be had (a hidden class; more kept than {@value #KEPT_BYTES_MAX} bytes)
     */
    public byte[] wovenBytes(Class<?> type) {
        if (type.isHidden() || type.isArray() || type.isPrimitive()) {
            return null;
        }
        String name = type.getName().replace('.', '/');
        ClassLoader loader = type.getClassLoader();
        byte[] bytes = keptBytes(loader, name);
        if (bytes == null) {
            bytes = resource(type, loader, name);
        }
        if (bytes == null) {
            return null;
        }
        byte[] woven = weaver.weave(name, loader == null || loader == platform ? LoaderKind.JDK : LoaderKind.APPLICATION, bytes);
        return woven == null ? bytes : woven;
    }

    private static byte[] resource(Class<?> type, ClassLoader loader, String name) {
        String file = name + ".class";
        try (InputStream in = loader == null && name.startsWith(HOOKS)
                ? WeavingTransformer.class.getClassLoader().getResourceAsStream("hook/" + file)
                : type.getModule().isNamed() ? type.getModule().getResourceAsStream(file)
                : loader == null ? ClassLoader.getSystemResourceAsStream(file) : loader.getResourceAsStream(file)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            return null;
        }
    }

    /** Loaders of the JDK define classes from what they also give as a resource; of others that is not known. */
    private boolean isResourceOf(ClassLoader loader, ProtectionDomain domain) {
        CodeSource source = domain == null ? null : domain.getCodeSource();
        return source != null && source.getLocation() != null && (loader == system || loader.getClass() == URLClassLoader.class);
    }

    private void keep(ClassLoader loader, String name, byte[] bytes) {
        synchronized (kept) {
            if (keptBytes + bytes.length > KEPT_BYTES_MAX) {
                leftAlone.record(name, "its class file was not kept: more than " + KEPT_BYTES_MAX
                        + " bytes of class files have no resource; the process cannot move while it is loaded");
                return;
            }
            Map<String, byte[]> ofLoader = kept.get(loader);
            if (ofLoader == null) {
                ofLoader = new HashMap<>();
                kept.put(loader, ofLoader);
            }
            ofLoader.put(name, bytes);
            keptBytes += bytes.length;
        }
    }

    private byte[] keptBytes(ClassLoader loader, String name) {
        synchronized (kept) {
            Map<String, byte[]> ofLoader = kept.get(loader);
            return ofLoader == null ? null : ofLoader.get(name);
        }
    }
}
