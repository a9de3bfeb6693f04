package io.ssi.migrate;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * Where a class path leads, as the JDK's application loader walks it (jdk.internal.loader.URLClassPath): in order, each place
 * once, and behind each jar what the Class-Path of its manifest names. What does not exist or is no jar counts for nothing.
 */
public final class ClassPath {
    /** A folder or a jar file that can be opened. */
    public record Element(Path file, boolean folder) {}

    private ClassPath() {}

    /** @throws IOException only for a name in a manifest that is a URL to the JDK but no path */
    public static List<Element> walk(Collection<URL> urls) throws IOException {
        List<Element> elements = new ArrayList<>();
        Deque<URL> left = new ArrayDeque<>(urls);
        Set<String> opened = new HashSet<>();
        for (URL url = left.poll(); url != null; url = left.poll()) {
            if (opened.contains(url.toExternalForm())) {
                continue;
            }
            Path file = path(url);
            boolean folder = url.getFile().endsWith("/");
            if (folder ? Files.isDirectory(file) : open(url, file, left)) {
                opened.add(url.toExternalForm());
                elements.add(new Element(file, folder));
            }
        }
        return elements;
    }

    /** As the application loader makes it from an element of {@code -cp}. */
    public static URL url(Path element) throws IOException {
        return element.toFile().getCanonicalFile().toURI().toURL();
    }

    public static Path path(URL url) throws IOException {
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new IOException("the class path has " + url + ", which is no path of a file (" + e.getMessage() + ")", e);
        }
    }

    /** False for what the loader passes over; what the manifest names comes next. */
    private static boolean open(URL url, Path file, Deque<URL> left) {
        try (JarFile jar = new JarFile(new File(file.toString()), false)) {
            Manifest manifest = jar.getManifest();
            String named = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            List<URL> next = new ArrayList<>();
            for (StringTokenizer names = new StringTokenizer(named == null ? "" : named); names.hasMoreTokens();) {
                URL resolved = resolve(url, names.nextToken());
                if (resolved.getProtocol().equals("file")) {
                    next.add(resolved);
                }
            }
            next.reversed().forEach(left::addFirst);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** By the same constructor as the JDK: a URI would be stricter. */
    @SuppressWarnings("deprecation")
    private static URL resolve(URL jar, String name) throws IOException {
        return new URL(jar, name);
    }
}
