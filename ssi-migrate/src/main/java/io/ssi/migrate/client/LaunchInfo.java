package io.ssi.migrate.client;

import io.ssi.core.error.IoReason;
import io.ssi.core.wire.LinkMessage.PathEntry;
import io.ssi.core.wire.LinkMessage.Prepared;
import io.ssi.migrate.ClassPath;
import io.ssi.migrate.ContentDigests;
import io.ssi.migrate.FolderListing;
import io.ssi.migrate.JdkBuild;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jdk.internal.misc.VM;

/** What a landing JVM must be started with to be like this one. */
final class LaunchInfo {
    private static final String AGENT_JAR = "ssi-agent.jar";
    private static final String DELETED = " (deleted)";

    private final Jdk jdk;
    private final long startMillis;
    private final ContentDigests digests = new ContentDigests();
    /** In a landing JVM: what its class path was called where the program was started. */
    private volatile List<String> names = List.of();

    /** @param startMillis before the program's first class was loaded */
    LaunchInfo(Jdk jdk, long startMillis) {
        this.jdk = jdk;
        this.startMillis = startMillis;
    }

    /** @param classPath for each element of this JVM's -cp the path it had where the program was started */
    void landed(List<String> classPath) {
        names = classPath;
    }

    /**
     * @param classes to be initialised in the landing
     * @param loaded all classes of this JVM
     * @throws PinnedException when the class path cannot be had elsewhere as it is here
     */
    Prepared collect(long migration, List<String> classes, Class<?>[] loaded) throws PinnedException {
        Set<String> pins = new LinkedHashSet<>();
        List<String> arguments = arguments(pins);
        List<PathEntry> classPath = classPath(loaded, pins);
        if (!pins.isEmpty()) {
            throw new PinnedException(false, List.copyOf(pins));
        }
        Runtime runtime = Runtime.getRuntime();
        return new Prepared(migration, JdkBuild.name(), arguments, classPath, System.getProperty("sun.java.command", ""),
                JvmVariables.setAside(System.getenv()), VM.getSavedProperty("user.dir"), runtime.totalMemory() - runtime.freeMemory(),
                runtime.maxMemory(), classes);
    }

    /** What of the command line and the class path keeps the program from moving. */
    List<String> pins(Class<?>[] loaded) {
        Set<String> pins = new LinkedHashSet<>();
        arguments(pins);
        classPath(loaded, pins);
        return new ArrayList<>(pins);
    }

    private static List<String> arguments(Set<String> pins) {
        List<String> arguments = new ArrayList<>();
        for (String argument : VM.getRuntimeArguments()) {
            boolean agent = argument.startsWith("-javaagent:");
            if (agent && argument.contains(AGENT_JAR)) {
                continue;
            }
            if (agent || argument.startsWith("-agentlib:") || argument.startsWith("-agentpath:")) {
                pins.add("the program was started with " + argument + "; a program with other agents cannot move yet, start it without");
            }
            if (argument.startsWith("--module-path") || argument.startsWith("-Djdk.module.main=")) {
                pins.add("the program was started from the module path (" + argument + "); such programs cannot move yet, start it with -cp");
            }
            arguments.add(argument);
        }
        return arguments;
    }

    private List<PathEntry> classPath(Class<?>[] loaded, Set<String> pins) {
        List<PathEntry> entries = new ArrayList<>();
        Map<String, URL> files = files(loaded);
        try {
            pinGone(files, pins);
            List<URL> urls = urls();
            pinDeleted(urls, pins);
            for (ClassPath.Element element : ClassPath.walk(urls)) {
                if (!isAgent(element.file())) {
                    entries.add(element.folder() ? folder(element.file(), name(element, urls), files.keySet(), pins) : jar(element.file(), name(element, urls), pins));
                }
            }
        } catch (IOException e) {
            pins.add("the class path cannot be read: " + IoReason.of(e));
        }
        return entries;
    }

    /** As the loader made them when the JVM started, all links followed: neither a property nor a link can change them since. */
    private List<URL> urls() {
        Object path = jdk.get(jdk.get(ClassLoader.getSystemClassLoader(), "ucp"), "path");
        List<URL> urls = new ArrayList<>();
        synchronized (path) {
            for (Object url : (List<?>) path) {
                urls.add((URL) url);
            }
        }
        return urls;
    }

    private static boolean isAgent(Path file) {
        return file.endsWith(AGENT_JAR);
    }

    private String name(ClassPath.Element element, List<URL> urls) throws IOException {
        for (int i = 0; i < Math.min(names.size(), urls.size()); i++) {
            if (ClassPath.path(urls.get(i)).equals(element.file())) {
                return names.get(i);
            }
        }
        return element.file().toString();
    }

    private PathEntry jar(Path file, String name, Set<String> pins) throws IOException {
        if (changedSinceStart(file)) {
            pins.add(changed(file, file));
        }
        return new PathEntry(name, file.toString(), false, digests.of(file), Files.size(file));
    }

    /** The classes that the program has loaded, as files of a class path, and where each came from. */
    private static Map<String, URL> files(Class<?>[] loaded) {
        Map<String, URL> files = new LinkedHashMap<>();
        for (Class<?> type : loaded) {
            if (type.getClassLoader() == ClassLoader.getSystemClassLoader() && !type.isArray() && !type.isHidden() && !Proxy.isProxyClass(type)) {
                CodeSource source = type.getProtectionDomain().getCodeSource();
                if (source != null && source.getLocation() != null) {
                    files.put(type.getName().replace('.', '/') + ".class", source.getLocation());
                }
            }
        }
        return files;
    }

    /** A class whose file a folder has no more, or never had, cannot be loaded elsewhere. */
    private static void pinGone(Map<String, URL> files, Set<String> pins) throws IOException {
        for (Map.Entry<String, URL> file : files.entrySet()) {
            if (file.getValue().getFile().endsWith("/")) {
                Path folder = ClassPath.path(file.getValue());
                if (!Files.exists(folder.resolve(file.getKey()))) {
                    pins.add("class path entry " + folder + " has no file " + file.getKey() + " (any more), a class that the program has loaded;"
                            + " start the program again to move it");
                    return;
                }
            }
        }
    }

    /** What is in a folder the program finds as it is now, here or elsewhere; only a class that it has loaded it has as it was then. */
    private PathEntry folder(Path folder, String name, Set<String> loaded, Set<String> pins) throws IOException {
        FolderListing listing = digests.list(folder);
        for (FolderListing.Item item : listing.items()) {
            Path file = folder.resolve(item.name());
            if (loaded.contains(item.name()) && changedSinceStart(file)) {
                pins.add(changed(folder, file));
                break;
            }
        }
        return new PathEntry(name, folder.toString(), true, listing.digest(), listing.bytes());
    }

    private static String changed(Path entry, Path file) {
        return "class path entry " + entry + " is not what the program was started with: " + file
                + " was changed since; start the program again to move it";
    }

    private boolean changedSinceStart(Path file) throws IOException {
        Map<String, Object> times = Files.readAttributes(file, "unix:lastModifiedTime,ctime");
        return ((FileTime) times.get("lastModifiedTime")).toMillis() > startMillis || ((FileTime) times.get("ctime")).toMillis() > startMillis;
    }

    /** A file that is gone, or another by now, but which this JVM has open and goes on to read. */
    private static void pinDeleted(List<URL> urls, Set<String> pins) throws IOException {
        List<String> raw = new ArrayList<>();
        for (URL url : urls) {
            raw.add(ClassPath.path(url).toString());
        }
        String[] descriptors = new File("/proc/self/fd").list();
        for (String descriptor : descriptors == null ? new String[0] : descriptors) {
            Path link = Path.of("/proc/self/fd", descriptor);
            String target = Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).toString() : "";
            String file = target.endsWith(DELETED) ? target.substring(0, target.length() - DELETED.length()) : "";
            if (file.endsWith(".jar") || raw.contains(file)) {
                pins.add(changed(Path.of(file), Path.of(file)));
            }
        }
    }
}
