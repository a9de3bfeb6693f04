package io.ssi.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.Fuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptFolderTest {
    @TempDir
    Path all;

    @Test
    void partsFollowEachOtherAndTheRestIsTheLast() throws IOException {
        KeptFolder folder = new KeptFolder(all, 1_000_001, 2);
        folder.create();
        assertThat(folder.end(1)).isZero();
        Files.writeString(folder.part(1, 0), "0123456789");
        Files.writeString(folder.part(1, 10), "ab");
        Files.writeString(folder.part(2, 0), "x");
        Files.createFile(folder.lock(1));
        Files.writeString(folder.rest(1), "rest");
        assertThat(folder.end(1)).isEqualTo(12);
        folder.append(1, folder.rest(1));
        assertThat(folder.parts(1)).containsExactly(0L, 10L, 12L);
        assertThat(folder.end(1)).isEqualTo(16);
        folder.delete();
        assertThat(all).isEmptyDirectory();
    }

    @Test
    void aLetterIsWholeOrDamaged() throws IOException {
        KeptFolder folder = new KeptFolder(all, 1_000_001, 2);
        folder.write(new KeptFolder.Letter(6, new byte[] {1, 2, 3}));
        assertThat(folder.letter()).hasValueSatisfying(letter -> {
            assertThat(letter.status()).isEqualTo(6);
            assertThat(letter.row()).containsExactly(1, 2, 3);
        });
        Fuzz.run(List.of(Files.readAllBytes(all.resolve("1000001.2/letter"))), e -> e instanceof IOException, KeptFolder::letter);
    }
}
