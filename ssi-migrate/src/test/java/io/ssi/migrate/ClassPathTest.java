package io.ssi.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassPathTest {
    @TempDir
    Path top;

    /** A jar with this Class-Path in its manifest; none for "". */
    private static Path jar(Path file, String classPath) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (!classPath.isEmpty()) {
            manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        }
        Files.createDirectories(file.getParent());
        try (OutputStream out = Files.newOutputStream(file); JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.finish();
        }
        return file;
    }

    private List<String> walk(String... elements) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String element : elements) {
            urls.add(ClassPath.url(top.resolve(element)));
        }
        Path real = top.toRealPath();
        return ClassPath.walk(urls).stream().map(element -> real.relativize(element.file()) + (element.folder() ? "/" : "")).toList();
    }

    @Test
    void whatDoesNotExistOrIsNoJarCountsForNothing() throws IOException {
        jar(top.resolve("a.jar"), "");
        Files.createDirectory(top.resolve("classes"));
        Files.writeString(top.resolve("notes.txt"), "no jar");
        assertThat(walk("none.jar", "a.jar", "notes.txt", "lib/*", "classes")).containsExactly("a.jar", "classes/");
    }

    @Test
    void aPlaceIsVisitedOnce() throws IOException {
        jar(top.resolve("a.jar"), "");
        jar(top.resolve("b.jar"), "");
        assertThat(walk("a.jar", "b.jar", "a.jar")).containsExactly("a.jar", "b.jar");
    }

    @Test
    void aManifestsClassPathComesBehindItsJarAndInDepth() throws IOException {
        jar(top.resolve("app.jar"), "lib/b.jar none.jar classes/ lib/d.jar http://example.org/e.jar");
        jar(top.resolve("lib/b.jar"), "c.jar ../app.jar");
        jar(top.resolve("lib/c.jar"), "");
        jar(top.resolve("lib/d.jar"), "");
        Files.createDirectory(top.resolve("classes"));
        assertThat(walk("app.jar", "lib/d.jar")).containsExactly("app.jar", "lib/b.jar", "lib/c.jar", "classes/", "lib/d.jar");
    }

    @Test
    void namesWithSpacesAndOtherLettersAndAbsoluteNamesInManifests() throws IOException {
        Path far = jar(top.resolve("far away/grün.jar"), "");
        jar(top.resolve("mit leer.jar"), "sub%20dir/x.jar " + far.toUri());
        jar(top.resolve("sub dir/x.jar"), "");
        assertThat(walk("mit leer.jar")).containsExactly("mit leer.jar", "sub dir/x.jar", "far away/grün.jar");
    }

    @Test
    void aLinkIsFollowedAndItsJarsClassPathIsRelativeToTheTarget() throws IOException {
        jar(top.resolve("v1/app.jar"), "lib.jar");
        jar(top.resolve("v1/lib.jar"), "");
        Files.createSymbolicLink(top.resolve("current.jar"), top.resolve("v1/app.jar"));
        assertThat(walk("current.jar")).containsExactly("v1/app.jar", "v1/lib.jar");
    }
}
