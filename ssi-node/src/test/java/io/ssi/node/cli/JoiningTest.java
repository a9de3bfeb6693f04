package io.ssi.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ssi.core.config.NodeConfig;
import io.ssi.core.error.SsiException;
import io.ssi.core.trust.ClusterKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoiningTest {
    private static final String NEW = ClusterKey.random().text();

    @TempDir
    Path folder;
    private final StringWriter out = new StringWriter();
    private Path state;
    private Path newKey;

    @BeforeEach
    void aNodeOfItsOwn() throws IOException {
        state = folder.resolve("state");
        Files.createDirectories(state.resolve("cluster"));
        Files.writeString(state.resolve("cluster/node"), "number=1");
        Files.writeString(state.resolve("vpids"), "17");
        Files.writeString(state.resolve("cluster.key"), "old");
        newKey = Files.writeString(folder.resolve("new.key"), NEW);
        Files.setPosixFilePermissions(newKey, PosixFilePermissions.fromString("rw-------"));
    }

    private Joining joining() {
        return new Joining(NodeConfig.load(null, List.of("state-dir=" + state)), new PrintWriter(out, true));
    }

    private Map<String, String> files() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(state)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(state.relativize(file).toString().replaceAll("before-join-[0-9]+", "aside"), Files.readString(file));
            }
        }
        return files;
    }

    @Test
    void whatItWasIsPutAsideWithItsKey() throws IOException {
        Joining joining = joining();
        joining.prepare("h:1", newKey);
        joining.remember("h:1");
        assertThat(files()).isEqualTo(Map.of("aside/cluster/node", "number=1", "aside/vpids", "17", "aside/cluster.key", "old", "cluster.key", NEW, "joined", "h:1\n"));
        assertThat(out.toString()).startsWith("this node was in another cluster; what it knew of that is kept in " + state);
        // Once more, as after a stop: nothing is put aside.
        Files.createDirectories(state.resolve("cluster"));
        Files.writeString(state.resolve("cluster/node"), "number=2");
        Map<String, String> joined = files();
        joining().prepare("h:1", newKey);
        assertThat(files()).isEqualTo(joined);
    }

    @Test
    void aKeyThatOthersCanReadIsSpokenOf() throws IOException {
        joining().prepare("h:1", newKey);
        assertThat(out.toString()).isEmpty();
        Files.setPosixFilePermissions(newKey, PosixFilePermissions.fromString("rw-r--r--"));
        joining().prepare("h:1", newKey);
        assertThat(out.toString()).startsWith("the key file " + newKey + " can be read by other users (rw-r--r--); run: chmod 600 " + newKey);
    }

    @Test
    void aFirstJoinThatNobodyAnsweredLeavesNoClusterBehind() throws IOException {
        Files.delete(state.resolve("vpids"));
        Files.delete(state.resolve("cluster.key"));
        Files.writeString(state.resolve("cluster/node"), "uuid=x\nnumber=0\n");
        Joining joining = joining();
        joining.prepare("h:1", newKey);
        assertThat(files()).isEqualTo(Map.of("cluster.key", NEW));
        Files.createDirectories(state.resolve("cluster"));
        Files.writeString(state.resolve("cluster/node"), "uuid=x\nnumber=0\n");
        joining.undo();
        assertThat(files()).isEmpty();
        joining = joining();
        joining.prepare("h:1", newKey);
        joining.remember("h:1");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aJoinThatFailsLeavesTheNodeAsItWas() throws IOException {
        Map<String, String> before = files();
        Joining joining = joining();
        joining.prepare("h:1", newKey);
        Files.createDirectories(state.resolve("cluster"));
        Files.writeString(state.resolve("cluster/node"), "number=0");
        joining.undo();
        assertThat(files()).isEqualTo(before);
        assertThatThrownBy(() -> joining().prepare("h:1", folder.resolve("none.key"))).isInstanceOf(SsiException.class)
                .hasMessageContaining("there is no cluster key at " + folder.resolve("none.key"));
        assertThatThrownBy(() -> joining().prepare("h:1", folder)).hasMessageStartingWith(folder + " is no file");
        Path bad = Files.writeString(folder.resolve("bad.key"), "rubbish");
        assertThatThrownBy(() -> joining().prepare("h:1", bad)).hasMessageStartingWith(bad + " holds no cluster key");
        assertThat(files()).isEqualTo(before);
        assertThat(out.toString()).isEmpty();
    }
}
