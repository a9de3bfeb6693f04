package io.ssi.migrate.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.wire.LinkMessage.PathEntry;
import io.ssi.migrate.ContentDigests;
import io.ssi.migrate.FolderListing;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A source in one folder, a target whose paths are elsewhere: entries name places below {@code /nowhere}, as on another host. */
@Timeout(60)
class ClassPathCacheTest {
    private static final long BYTES_MAX = 100_000;
    @TempDir
    Path top;

    private final ContentDigests digests = new ContentDigests();
    private final AtomicInteger reads = new AtomicInteger();
    private final ClassPathCache source = new ClassPathCache(Path.of("/nowhere"), 0);
    private Path origin;
    private Path folder;
    private ClassPathCache cache;

    @BeforeEach
    void folders() throws IOException {
        origin = Files.createDirectory(top.resolve("origin")).toRealPath();
        folder = top.toRealPath().resolve("cache");
        cache = new ClassPathCache(folder, BYTES_MAX);
    }

    /** A jar with so many bytes that do not shrink. */
    private Path jar(String name, int bytes, String classPath) throws IOException {
        Path file = origin.resolve(name);
        Files.createDirectories(file.getParent());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (!classPath.isEmpty()) {
            manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        }
        byte[] content = new byte[bytes];
        new Random(name.hashCode()).nextBytes(content);
        try (OutputStream out = Files.newOutputStream(file); JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.putNextEntry(new ZipEntry("content"));
            jar.write(content);
        }
        return file;
    }

    private Path classes(String name) throws IOException {
        Path classes = Files.createDirectories(origin.resolve(name));
        Files.createDirectories(classes.resolve("p/empty"));
        Files.writeString(classes.resolve("p/A.class"), "class A");
        Files.writeString(classes.resolve("mit leer.txt"), "resource");
        Files.writeString(classes.resolve("nothing"), "");
        return classes;
    }

    private PathEntry entry(Path file, Path name) throws IOException {
        if (Files.isDirectory(file)) {
            FolderListing listing = digests.list(file);
            return new PathEntry(name.toString(), file.toString(), true, listing.digest(), listing.bytes());
        }
        return new PathEntry(name.toString(), file.toString(), false, digests.of(file), Files.size(file));
    }

    /** As another host sees it. */
    private PathEntry away(Path file) throws IOException {
        return entry(file, Path.of("/nowhere").resolve(origin.relativize(file)));
    }

    private ClassPathCache.Source from(List<PathEntry> entries) {
        return (number, inside, offset, max) -> {
            reads.incrementAndGet();
            try {
                return source.read(entries.get(number), inside, offset, Math.min(max, 1000));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private List<Path> locate(PathEntry... entries) {
        try (ClassPathCache.Located located = cache.locate(List.of(entries), from(List.of(entries)))) {
            assertThat(located.names()).hasSameSizeAs(located.files());
            return located.files();
        }
    }

    private SsiException refused(PathEntry... entries) {
        SsiException refusal = catchThrowableOfType(SsiException.class, () -> locate(entries));
        assertThat(refusal).isNotNull();
        assertThat(refusal.getMessage()).hasLineCount(1);
        return refusal;
    }

    private List<String> kept() throws IOException {
        try (Stream<Path> all = Files.exists(folder) ? Files.list(folder) : Stream.of()) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }

    @Test
    void whatIsTheSameAtTheSamePlaceIsUsedThere() throws IOException {
        Path jar = jar("a b/ä.jar", 10, "");
        Path classes = classes("classes");
        assertThat(locate(entry(jar, jar), entry(classes, classes))).containsExactly(jar, classes);
        assertThat(reads).hasValue(0);
    }

    @Test
    void whatIsMissingOrDiffersIsFetchedOnceAndKept() throws IOException {
        Path jar = jar("a b/ä.jar", 5000, "");
        Path classes = classes("classes");
        Path other = Files.createDirectories(top.resolve("other/classes"));
        PathEntry[] entries = {away(jar), entry(classes, other)};
        List<Path> located = locate(entries);
        assertThat(located).containsExactly(folder.resolve(entries[0].sha256()).resolve("ä.jar"), folder.resolve(entries[1].sha256()).resolve("classes"));
        assertThat(Files.mismatch(located.get(0), jar)).isEqualTo(-1);
        assertThat(digests.list(located.get(1))).isEqualTo(digests.list(classes));
        int before = reads.get();
        assertThat(locate(entries)).isEqualTo(located);
        cache = new ClassPathCache(folder, BYTES_MAX);
        assertThat(locate(entries)).isEqualTo(located);
        assertThat(reads).hasValue(before);
    }

    @Test
    void onlyADigestIsAName() throws IOException {
        Path jar = jar("a.jar", 10, "");
        for (String digest : new String[] {"", "../../evil", "../" + "0".repeat(61), "0".repeat(63) + "G"}) {
            SsiException refusal = refused(new PathEntry("/nowhere/a.jar", jar.toString(), false, digest, Files.size(jar)));
            assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_FRAME);
        }
        assertThat(refused(new PathEntry("/nowhere/a.jar", jar.toString(), false, digests.of(jar), -1)).code()).isEqualTo(ErrorCode.BAD_FRAME);
        assertThat(reads).hasValue(0);
    }

    @Test
    void namesThatMeanSomethingElseHereAreReplaced() throws IOException {
        Path jar = jar("a.jar", 10, "");
        Path other = jar("b.jar", 11, "");
        Path third = jar("c.jar", 12, "");
        assertThat(locate(entry(jar, Path.of("/nowhere/..")), entry(other, Path.of("/nowhere/*")), entry(third, Path.of("/nowhere/x:y"))))
                .extracting(path -> path.getFileName().toString()).containsExactly("entry", "entry", "x_y");
    }

    @Test
    void aDamagedFileIsFoundByAnotherLifeOfTheDaemon() throws IOException {
        PathEntry jar = away(jar("a.jar", 3000, ""));
        PathEntry classes = away(classes("classes"));
        List<Path> located = locate(jar, classes);
        byte[] bytes = Files.readAllBytes(located.get(0));
        bytes[2000] ^= 1;
        Files.write(located.get(0), bytes);
        Files.writeString(located.get(1).resolve("p/A.class"), "CLASS A");
        Files.writeString(located.get(1).resolve("more"), "");
        cache = new ClassPathCache(folder, BYTES_MAX);
        int before = reads.get();
        assertThat(locate(jar, classes)).isEqualTo(located);
        assertThat(reads).hasValueGreaterThan(before);
        assertThat(digests.of(located.get(0))).isEqualTo(jar.sha256());
        assertThat(digests.list(located.get(1)).digest()).isEqualTo(classes.sha256());
    }

    @Test
    void twoMovesFetchOnce() throws Exception {
        PathEntry jar = away(jar("a.jar", 500, ""));
        List<PathEntry> entries = List.of(jar);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ClassPathCache.Source slow = (number, inside, offset, max) -> {
            begun.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return from(entries).read(number, inside, offset, max);
        };
        CompletableFuture<ClassPathCache.Located> one = CompletableFuture.supplyAsync(() -> cache.locate(entries, slow));
        begun.await();
        CompletableFuture<List<Path>> two = CompletableFuture.supplyAsync(() -> locate(jar));
        goOn.countDown();
        assertThat(two.get()).isEqualTo(one.get().files());
        assertThat(reads).as("each byte once").hasValue(1);
    }

    @Test
    void aBrokenFetchLeavesNothing() throws IOException {
        Path file = jar("a.jar", 3000, "");
        PathEntry jar = away(file);
        SsiException lost = new SsiException(ErrorCode.PEER_LOST, "node 1 is gone");
        assertThatThrownBy(() -> cache.locate(List.of(jar), (number, inside, offset, max) -> {
            if (offset > 0) {
                throw lost;
            }
            return from(List.of(jar)).read(number, inside, offset, max);
        })).isSameAs(lost);
        assertThat(kept()).isEmpty();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThat(refused(jar)).hasMessageContaining("/nowhere/a.jar changed at the source");
        Files.write(file, new byte[10]);
        assertThat(refused(jar)).hasMessageContaining("changed at the source");
        assertThat(kept()).isEmpty();
    }

    @Test
    void aFolderThatChangesMeanwhileIsRefused() throws IOException {
        Path classes = classes("classes");
        PathEntry entry = away(classes);
        Files.writeString(classes.resolve("p/A.class"), "CLASS A");
        assertThat(refused(entry)).hasMessageContaining("/nowhere/classes changed at the source");
        PathEntry now = away(classes);
        assertThatThrownBy(() -> cache.locate(List.of(now), (number, inside, offset, max) -> {
            byte[] read = from(List.of(now)).read(number, inside, offset, max);
            return inside.equals("p/A.class") ? new byte[read.length] : read;
        })).hasMessageContaining("file p/A.class, changed");
        assertThat(kept()).isEmpty();
    }

    @Test
    void whatAnEarlierLifeLeftUnfinishedGoes() throws IOException {
        Files.createDirectories(folder.resolve("part-123/x"));
        Files.writeString(folder.resolve("part-123/x/y"), "half");
        PathEntry jar = away(jar("a.jar", 10, ""));
        locate(jar);
        assertThat(kept()).containsExactly(jar.sha256());
    }

    @Test
    void theLeastRecentlyUsedGoFirst() throws IOException {
        PathEntry a = away(jar("a.jar", 40_000, ""));
        PathEntry b = away(jar("b.jar", 40_000, ""));
        PathEntry c = away(jar("c.jar", 40_000, ""));
        locate(a);
        locate(b);
        locate(a);
        locate(c);
        assertThat(kept()).containsExactlyInAnyOrder(a.sha256(), c.sha256());
    }

    @Test
    void whatIsInUseStays() throws Exception {
        PathEntry a = away(jar("a.jar", 40_000, ""));
        PathEntry b = away(jar("b.jar", 40_000, ""));
        PathEntry c = away(jar("c.jar", 40_000, ""));
        Process running = new ProcessBuilder("sh", "-c", "read line", locate(a).getFirst().toString()).start();
        try (ClassPathCache.Located moving = cache.locate(List.of(b), from(List.of(b)))) {
            assertThat(refused(c)).hasMessageContaining("raise class-cache-bytes-max").extracting(SsiException::code).isEqualTo(ErrorCode.LIMIT);
            assertThat(kept()).containsExactlyInAnyOrder(a.sha256(), b.sha256());
            assertThat(moving.files()).allSatisfy(file -> assertThat(file).exists());
        } finally {
            running.destroyForcibly().waitFor();
        }
        locate(c);
        assertThat(kept()).contains(c.sha256()).hasSize(2);
        assertThat(refused(away(jar("large.jar", 101_000, "")))).hasMessageContaining("class-cache-bytes-max");
    }

    @Test
    void aFullDiskIsOneSentence() throws IOException {
        cache = new ClassPathCache(folder, BYTES_MAX, file -> new FilterOutputStream(Files.newOutputStream(file)) {
            @Override
            public void write(byte[] bytes) throws IOException {
                super.write(bytes, 0, 10);
                throw new IOException("No space left on device");
            }
        });
        SsiException refusal = refused(away(jar("a.jar", 3000, "")));
        assertThat(refusal).hasMessageContainingAll("/nowhere/a.jar", folder.toString(), "No space left on device", "make room");
        assertThat(kept()).isEmpty();
    }

    @Test
    void aJarIsNotUsedWhereItsManifestLeadsToOtherFiles() throws IOException {
        Path app = jar("app/app.jar", 10, "lib.jar");
        Path lib = jar("app/lib.jar", 20, "");
        Path hereApp = Files.copy(app, Files.createDirectories(top.toRealPath().resolve("here")).resolve("app.jar"));
        Path hereLib = Files.copy(lib, hereApp.resolveSibling("lib.jar"));
        PathEntry[] entries = {entry(app, hereApp), entry(lib, hereLib)};
        assertThat(locate(entries)).containsExactly(hereApp, hereLib);
        Files.copy(jar("other.jar", 30, ""), hereLib, StandardCopyOption.REPLACE_EXISTING);
        assertThat(locate(entries)).hasSize(2).allSatisfy(path -> assertThat(path).startsWith(folder));
        Files.delete(hereLib);
        assertThat(locate(entries).getFirst()).isEqualTo(hereApp);
    }

    @Test
    void theSameContentTwiceIsOneEntry() throws IOException {
        Path jar = jar("a.jar", 10, "");
        Path copy = Files.copy(jar, origin.resolve("copy.jar"));
        assertThat(locate(away(jar), away(copy))).hasSize(1);
        assertThat(locate(entry(jar, jar), entry(copy, copy))).containsExactly(jar, copy);
    }

    @Test
    void theSourceGivesOnlyWhatIsInside() throws IOException {
        PathEntry classes = away(classes("classes"));
        PathEntry jar = away(jar("a.jar", 10, ""));
        Files.writeString(origin.resolve("secret"), "secret");
        List<String> names = new ArrayList<>(List.of("../secret", "/etc/passwd", "p/../../secret", "."));
        for (String name : names) {
            assertThatThrownBy(() -> source.read(classes, name, 0, 10)).as(name).isInstanceOf(SsiException.class);
        }
        assertThatThrownBy(() -> source.read(jar, "content", 0, 10)).isInstanceOf(SsiException.class);
        assertThat(source.read(jar, "", jar.bytes(), 10)).isEmpty();
        assertThat(source.read(jar, "", 1000 + jar.bytes(), 10)).isEmpty();
        assertThat(source.read(classes, "p/A.class", 2, 3)).asString().isEqualTo("ass");
    }
}
