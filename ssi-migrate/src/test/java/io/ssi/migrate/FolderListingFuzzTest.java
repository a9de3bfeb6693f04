package io.ssi.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.Fuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The listing of a class-path folder, which is fetched from another node: no name of it may lead out of the folder. */
@Timeout(600)
class FolderListingFuzzTest {
    @Test
    void listings() {
        String text = new FolderListing(List.of(FolderListing.Item.folder("a"), new FolderListing.Item("a/B.class", ContentDigests.of("b"), 1),
                new FolderListing.Item("c.txt", ContentDigests.of("c"), 20))).text();
        Fuzz.run(List.of(text.getBytes(StandardCharsets.UTF_8)), e -> e instanceof IOException, input -> {
            FolderListing listing = FolderListing.parse(new String(input, StandardCharsets.UTF_8));
            assertThat(listing.bytes()).isNotNegative();
            assertThat(listing.items()).allMatch(item -> Path.of("/x/" + item.name()).normalize().startsWith("/x"));
        });
    }
}
