package io.ssi.agent;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Loads the agent's own classes from under {@code inst/} of its jar, where no application can find them; they see the JDK
 * and nothing of the application. The jar stays open, so that replacing it does not disturb programs that run.
 */
final class PremainLoader extends ClassLoader {
    private static final String INSIDE = "inst/";
    private static PremainLoader instance;

    private final JarFile jar;

    static {
        registerAsParallelCapable();
    }

    private PremainLoader(JarFile jar) {
        super(null);
        this.jar = jar;
    }

    static synchronized PremainLoader instance() throws IOException {
        if (instance == null) {
            instance = new PremainLoader(new JarFile(jar(), false));
        }
        return instance;
    }

    /** Path of the jar this class came from. */
    static String jar() {
        URL location = Premain.class.getProtectionDomain().getCodeSource().getLocation();
        String path = location.getPath();
        // Decoding loads classes that hardly any start needs.
        return path.indexOf('%') < 0 ? path : new File(URI.create(location.toString())).getPath();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        // What the jar has is tried first: for the agent's own classes the long way round the parents is start-up time.
        if (name.startsWith("io.ssi.") || name.startsWith("org.objectweb.")) {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
        return super.loadClass(name, resolve);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        try {
            byte[] bytes = read(INSIDE + name.replace('.', '/') + ".class");
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    /** Files of the jar, for instance the hook classes under {@code hook/}. Null if there is none of that name. */
    @Override
    public InputStream getResourceAsStream(String name) {
        JarEntry entry = jar.getJarEntry(name);
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            return null;
        }
    }

    private byte[] read(String name) throws IOException {
        JarEntry entry = jar.getJarEntry(name);
        if (entry == null) {
            return null;
        }
        byte[] bytes = new byte[(int) entry.getSize()];
        InputStream in = jar.getInputStream(entry);
        try {
            int at = 0;
            while (at < bytes.length) {
                int n = in.read(bytes, at, bytes.length - at);
                if (n < 0) {
                    throw new IOException(name + " of " + jar.getName() + " ends after " + at + " of " + bytes.length + " bytes");
                }
                at += n;
            }
        } finally {
            in.close();
        }
        return bytes;
    }
}
