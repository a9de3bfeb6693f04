package io.ssi.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentDigestsTest {
    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    @TempDir
    Path top;

    private final ContentDigests digests = new ContentDigests();

    @Test
    void aFileIsReadAgainWhenItChanged() throws IOException {
        Path file = Files.writeString(top.resolve("f"), "abc");
        assertThat(digests.of(file)).isEqualTo(OF_ABC).satisfies(digest -> assertThat(ContentDigests.isOne(digest)).isTrue());
        FileTime before = Files.getLastModifiedTime(file);
        Files.writeString(file, "abd");
        Files.setLastModifiedTime(file, before);
        assertThat(digests.of(file)).as("same length, same time, other content").isNotEqualTo(OF_ABC);
    }

    @Test
    void aFolderIsItsNamesAndContents() throws IOException {
        Path one = Files.createDirectories(top.resolve("one"));
        Path two = Files.createDirectories(top.resolve("two"));
        for (Path folder : new Path[] {one, two}) {
            Files.createDirectories(folder.resolve("p/empty"));
            Files.writeString(folder.resolve("p/A.class"), "A");
            Files.writeString(folder.resolve("grün und blau"), "resource");
        }
        FolderListing listing = digests.list(one);
        assertThat(listing.items()).extracting(FolderListing.Item::name).containsExactly("grün und blau", "p/", "p/A.class", "p/empty/");
        assertThat(listing.bytes()).isEqualTo(9);
        assertThat(digests.list(two)).isEqualTo(listing);
        assertThat(FolderListing.parse(listing.text())).isEqualTo(listing);
        String digest = listing.digest();
        Files.move(two.resolve("p/A.class"), two.resolve("p/B.class"));
        assertThat(digests.list(two).digest()).as("another name").isNotEqualTo(digest);
        Files.setLastModifiedTime(one.resolve("p/A.class"), FileTime.from(Instant.EPOCH));
        assertThat(digests.list(one).digest()).as("times do not count").isEqualTo(digest);
        Files.delete(one.resolve("p/empty"));
        assertThat(digests.list(one).digest()).as("an empty folder counts").isNotEqualTo(digest);
    }

    @Test
    void linksAreFollowedButNotInCircles() throws IOException {
        Path folder = Files.createDirectories(top.resolve("folder"));
        Files.writeString(top.resolve("outside"), "abc");
        Files.createSymbolicLink(folder.resolve("link"), top.resolve("outside"));
        Files.createSymbolicLink(folder.resolve("broken"), top.resolve("nowhere"));
        assertThat(digests.list(folder).items()).containsExactly(new FolderListing.Item("link", OF_ABC, 3));
        Files.createSymbolicLink(folder.resolve("circle"), folder);
        assertThatThrownBy(() -> digests.list(folder)).isInstanceOf(FileSystemLoopException.class);
    }

    @Test
    void whatIsNoFolderOrHasNamesOfMoreThanALine() throws IOException {
        Path file = Files.writeString(top.resolve("f"), "abc");
        assertThatThrownBy(() -> digests.list(file)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> digests.list(top.resolve("none"))).isInstanceOf(IOException.class);
        Files.writeString(top.resolve("two\nlines"), "");
        assertThatThrownBy(() -> digests.list(top)).hasMessageContaining("control character");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ba78", "../../../../../../../../../../../../../../../../../etc/passwd/x/",
        "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", OF_ABC + "0"})
    void isNoDigest(String text) {
        assertThat(ContentDigests.isOne(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "/a", "a/../b", "a//b", ".", "a/..", "", "a/./b"})
    void aListingNamesNothingOutside(String name) {
        assertThatThrownBy(() -> FolderListing.parse(OF_ABC + " 3 " + name + "\n")).isInstanceOf(IOException.class);
        assertThat(FolderListing.isInside(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x 3 a", OF_ABC + " -3 a", OF_ABC + " 3", OF_ABC + " 99999999999999999999 a", OF_ABC + " 3 b\n" + OF_ABC + " 3 a\n",
        OF_ABC + " 03 a\n", OF_ABC + " 3 a"})
    void isNoListing(String text) {
        assertThatThrownBy(() -> FolderListing.parse(text)).isInstanceOf(IOException.class);
    }
}
