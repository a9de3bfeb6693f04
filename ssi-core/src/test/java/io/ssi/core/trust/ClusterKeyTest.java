package io.ssi.core.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterKeyTest {
    @TempDir
    private Path folder;

    @Test
    void firstStartMakesTheKeyAndLaterOnesReadIt() throws IOException {
        Path file = folder.resolve("new/cluster.key");
        ClusterKey key = ClusterKey.loadOrCreate(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(ClusterKey.loadOrCreate(file).text()).isEqualTo(key.text());
        assertThat(key.toString()).doesNotContain(key.text().substring(5, 20)).contains(key.fingerprint());
        try (var files = Files.list(folder.resolve("new"))) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void startsAtOnceEndWithOneKey() throws Exception {
        Path file = folder.resolve("cluster.key");
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<String>> starts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                starts.add(() -> ClusterKey.loadOrCreate(file).text());
            }
            String text = ClusterKey.load(file(threads.invokeAll(starts), file)).text();
            assertThat(text).startsWith("ssi1-");
        }
    }

    private static Path file(List<Future<String>> starts, Path file) throws Exception {
        for (Future<String> start : starts) {
            assertThat(start.get()).isEqualTo(starts.getFirst().get());
        }
        return file;
    }

    @Test
    void damagedAndOpenKeysAreNamed() throws IOException {
        String text = ClusterKey.random().text();
        assertBad(text.substring(0, 40), "holds no cluster key");
        assertBad("", "holds no cluster key");
        assertBad(text.substring(0, 20) + "x" + text.substring(21), "a character is no hex digit");
        assertBad(text.substring(0, 20) + (text.charAt(20) == '0' ? '1' : '0') + text.substring(21), "its check does not match");
        Path file = folder.resolve("open");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> ClusterKey.load(file)).hasMessageContaining("rw-r--r--").hasMessageContaining("chmod 600");
        assertThatThrownBy(() -> ClusterKey.load(folder.resolve("none"))).hasMessageContaining("there is no cluster key");
    }

    private static void assertBad(String text, String message) {
        assertThatThrownBy(() -> ClusterKey.parse(text, "/k")).isInstanceOfSatisfying(SsiException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_KEY)).hasMessageStartingWith("/k holds").hasMessageContaining(message);
    }

    @Test
    void holdersOfOneKeyTrustEachOtherAndNobodyElse() {
        ClusterKey key = ClusterKey.random();
        ClusterTrust one = new ClusterTrust(key);
        ClusterTrust same = new ClusterTrust(ClusterKey.parse(key.text(), "copy"));
        ClusterTrust other = new ClusterTrust(ClusterKey.random());
        X509Certificate[] chain = {one.newIdentity("n1").certificate()};
        assertThatCode(() -> same.check(chain)).doesNotThrowAnyException();
        assertThatThrownBy(() -> other.check(chain)).isInstanceOf(OtherKeyException.class).hasMessageContaining("CN=n1");
        assertThatThrownBy(() -> one.check(new X509Certificate[0])).isInstanceOf(OtherKeyException.class);
        assertThat(key.derive("a", 32)).isEqualTo(ClusterKey.parse(key.text(), "copy").derive("a", 32)).isNotEqualTo(key.derive("b", 32));
    }
}
