package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds for every file of the project. */
class HouseTest {
    private static final int SOURCE_LINES_MAX = 500;
    private static final int README_LINES_MAX = 15;
    private static final int SOURCES_MIN = 200;
    /** Joined, so that this file is not one of those it finds. */
    private static final List<String> UNFINISHED = List.of("TO" + "DO", "FIX" + "ME", "@Dis" + "abled");
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @Test
    void sourcesAreFinishedAndNotTooLong() throws IOException {
        List<Path> sources = sources();
        assertThat(sources).hasSizeGreaterThan(SOURCES_MIN);
        for (Path source : sources) {
            List<String> lines = Files.readAllLines(source);
            assertThat(lines).as(source + ": lines").hasSizeLessThanOrEqualTo(SOURCE_LINES_MAX);
            assertThat(lines).as(source.toString()).noneMatch(line -> UNFINISHED.stream().anyMatch(line::contains));
        }
    }

    @Test
    void everyModuleSaysWhatItIs() throws IOException {
        for (Path module : modules()) {
            List<String> lines = Files.readAllLines(module.resolve("README.md"));
            assertThat(lines).as(module + ": README.md").hasSizeLessThanOrEqualTo(README_LINES_MAX);
            assertThat(lines).as(module + ": README.md").anyMatch(line -> line.startsWith("Is: ")).anyMatch(line -> line.startsWith("First class to open: "));
        }
    }

    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        for (Path source : sources()) {
            if (source.toString().contains("/src/main/java/")) {
                assertThat(source.resolveSibling("package-info.java")).exists();
            }
        }
    }

    private static List<Path> modules() throws IOException {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders.filter(folder -> Files.exists(folder.resolve("pom.xml"))).sorted().toList();
        }
    }

    private static List<Path> sources() throws IOException {
        List<Path> found = new java.util.ArrayList<>();
        for (Path module : modules()) {
            try (Stream<Path> files = Files.walk(module.resolve("src"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
            }
        }
        return found;
    }
}
