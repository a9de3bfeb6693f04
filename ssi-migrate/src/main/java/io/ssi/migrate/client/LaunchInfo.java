package io.ssi.migrate.client;

import io.ssi.core.wire.LinkMessage.PathEntry;
import io.ssi.core.wire.LinkMessage.Prepared;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** What a landing JVM must be started with to be like this one. */
final class LaunchInfo {
    private static final String AGENT_JAR = "ssi-agent.jar";

    /** Hash by path, length and time of the file. */
    private final Map<String, String> hashes = new HashMap<>();

    Prepared collect(long migration, List<String> classes) throws IOException {
        Runtime runtime = Runtime.getRuntime();
        List<String> environment = new ArrayList<>();
        for (Map.Entry<String, String> entry : System.getenv().entrySet()) {
            environment.add(entry.getKey() + "=" + entry.getValue());
        }
        List<String> arguments = new ArrayList<>();
        for (String argument : jdk.internal.misc.VM.getRuntimeArguments()) {
            if (!(argument.startsWith("-javaagent:") && argument.contains(AGENT_JAR))) {
                arguments.add(argument);
            }
        }
        return new Prepared(migration, build(), arguments, classPath(), System.getProperty("sun.java.command", ""), environment,
                System.getProperty("user.dir"), runtime.totalMemory() - runtime.freeMemory(), runtime.maxMemory(), classes);
    }

    /** Names this JDK build; source and target must agree. */
    static String build() {
        return System.getProperty("java.vendor") + " " + Runtime.version() + " " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch");
    }

    private List<PathEntry> classPath() throws IOException {
        List<PathEntry> entries = new ArrayList<>();
        for (String path : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
            File file = new File(path).getAbsoluteFile();
            if (!path.isEmpty() && !file.getName().equals(AGENT_JAR)) {
                entries.add(new PathEntry(file.getPath(), file.isFile() ? hash(file) : "", file.length()));
            }
        }
        return entries;
    }

    private String hash(File file) throws IOException {
        String key = file.getPath() + " " + file.length() + " " + file.lastModified();
        String known = hashes.get(key);
        if (known == null) {
            known = sha256(file);
            hashes.put(key, known);
        }
        return known;
    }

    private static String sha256(File file) throws IOException {
        try (InputStream in = new FileInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int n; (n = in.read(buffer)) > 0;) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw Jdk.failed("SHA-256", e);
        }
    }
}
