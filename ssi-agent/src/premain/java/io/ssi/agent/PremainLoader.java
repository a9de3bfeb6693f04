package io.ssi.agent;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;

/**
 * Loads the agent's own classes from the jar inside its jar, where no application can find them; they see the JDK and nothing
 * of the application.
 */
final class PremainLoader extends ClassLoader {
    private static final String INSIDE = "inst.jar";
    private static PremainLoader instance;

    private final InnerJar jar;

    static {
        registerAsParallelCapable();
    }

    private PremainLoader(InnerJar jar) {
        super(null);
        this.jar = jar;
    }

    static synchronized PremainLoader instance() throws IOException {
        if (instance == null) {
            instance = new PremainLoader(new InnerJar(jar(), INSIDE));
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
            byte[] bytes = jar.read(name.replace('.', '/') + ".class");
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
        try {
            byte[] bytes = jar.read(name);
            return bytes == null ? null : new ByteArrayInputStream(bytes);
        } catch (IOException e) {
            return null;
        }
    }
}
