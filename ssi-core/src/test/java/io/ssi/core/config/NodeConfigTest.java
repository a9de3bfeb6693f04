package io.ssi.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeConfigTest {
    @TempDir
    private Path home;

    private NodeConfig load(Path file, Map<String, String> environment, String... overrides) {
        return NodeConfig.load(file, environment, List.of(overrides), "someone", home, "host-1");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(home.resolve("test.conf"), text);
    }

    @Test
    void nothingSetIsAClusterOfOne() throws IOException {
        NodeConfig config = load(null, Map.of());
        assertThat(config.name()).isEqualTo("host-1");
        assertThat(config.address()).isEqualTo("127.0.0.1");
        assertThat(config.port()).isEqualTo(7700);
        assertThat(config.join()).isEmpty();
        assertThat(config.stateDir()).isEqualTo(home.resolve(".ssi"));
        assertThat(config.socket()).isEqualTo(home.resolve(".ssi/daemon.sock"));
        assertThat(config.keyFile()).isEqualTo(home.resolve(".ssi/cluster.key"));
        assertThat(config.imageBytesMax()).isEqualTo(8L << 30);
        assertThat(NodeConfig.load(file(""), Map.of(), List.of(), "root", home, "h").stateDir()).isEqualTo(Path.of("/var/lib/ssi"));
    }

    @Test
    void nodesOfOneHostHaveNamesOfTheirOwn() {
        assertThat(load(null, Map.of(), "address=127.0.0.2").name()).isEqualTo("host-1-2");
        assertThat(load(null, Map.of(), "address=127.0.0.2", "name=x").name()).isEqualTo("x");
        assertThat(load(null, Map.of(), "address=10.0.0.2").name()).isEqualTo("host-1");
    }

    @Test
    void commandLineOverEnvironmentOverFile() throws IOException {
        Path file = file("# comment\n\nport = 1\nname=a\n  jmx-port =  3 \njoin = h1:7700, [::1]:7701\n");
        NodeConfig config = load(file, Map.of("SSI_PORT", "2", "SSI_NAME", "b", "SSI_HOME", "/opt"), "name=c");
        assertThat(config.port()).isEqualTo(2);
        assertThat(config.name()).isEqualTo("c");
        assertThat(config.jmxPort()).isEqualTo(3);
        assertThat(config.join()).containsExactly(InetSocketAddress.createUnresolved("h1", 7700), InetSocketAddress.createUnresolved("::1", 7701));
        assertThat(load(null, Map.of("SSI_CONFIG", file.toString())).jmxPort()).isEqualTo(3);
    }

    @Test
    void whatIsKeptInTheStateFolderIsStrongerThanTheFileAndWeakerThanTheRest() throws IOException {
        Path state = Files.createDirectory(home.resolve("state"));
        String folder = "state-dir=" + state;
        load(file("jmx-port = 1\nport = 1\n"), Map.of(), folder, "port=2", "address=127.0.0.2", "join=h:1").keep(null, List.of(folder, "port=2", "address=127.0.0.2", "join=h:1"));
        NodeConfig config = load(file("jmx-port = 3\nport = 3\n"), Map.of(), folder);
        assertThat(List.of(config.port(), config.jmxPort(), config.address(), config.stateDir())).containsExactly(2, 3, "127.0.0.2", state);
        assertThat(config.join()).containsExactly(InetSocketAddress.createUnresolved("h", 1));
        assertThat(load(null, Map.of("SSI_PORT", "5"), folder).port()).isEqualTo(5);
        assertThat(load(null, Map.of("SSI_PORT", "5"), folder, "port=6").port()).isEqualTo(6);
        // Another join adds to it.
        load(null, Map.of(), folder).keep(file("port = 7\n"), List.of("join=i:1"));
        config = load(null, Map.of(), folder);
        assertThat(List.of(config.port(), config.address())).containsExactly(7, "127.0.0.2");
        assertThat(config.join()).containsExactly(InetSocketAddress.createUnresolved("i", 1));
        assertThat(load(null, Map.of()).port()).isEqualTo(7700);
    }

    @Test
    void theDefaultFileChangesNothingAndShowsEveryKey() throws IOException {
        String text = NodeConfig.defaultFile();
        assertThat(load(file(text), Map.of())).isEqualTo(load(null, Map.of()));
        assertThat(text).contains("#port = 7700\n", "Environment: SSI_LINK_PING_MILLIS", "#key-file =\n");
        for (ConfigKey key : ConfigKey.values()) {
            assertThat(text).contains("\n#" + key.key() + " =");
        }
    }

    @Test
    void whatBelongsToANamedSocketGoesBesideIt() {
        NodeConfig config = load(null, Map.of("SSI_SOCKET", "/run/x/daemon.sock"));
        assertThat(config.stateDir()).isEqualTo(Path.of("/run/x"));
        assertThat(config.logFile()).isEqualTo(Path.of("/run/x/daemon.log"));
        assertThat(load(null, Map.of("SSI_SOCKET", "/run/x/s"), "state-dir=/var/y").keyFile()).isEqualTo(Path.of("/var/y/cluster.key"));
        assertThat(load(null, Map.of("SSI_SOCKET", "/run/x/s"), "state-dir=/var/y").socket()).isEqualTo(Path.of("/var/y/daemon.sock"));
        assertThat(load(null, Map.of("SSI_SOCKET", "/run/x/s"), "state-dir=/var/y", "socket=/run/z").socket()).isEqualTo(Path.of("/run/z"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            port = 77000          | test.conf:1: key port value "77000"; expected a number 1..65535
            port = x              | test.conf:1: key port value "x"; expected a number 1..65535
            prot = 7700           | test.conf:1: key prot is not known; did you mean port?
            banana = 1            | test.conf:1: key banana is not known; known are name, address
            port                  | test.conf:1: "port" is no setting; expected key = value
            === ??                | test.conf:1: "=== ??" is no setting; expected key = value
            name = a b            | test.conf:1: key name value "a b"; expected 1 to 64 letters
            address = 0.0.0.0     | test.conf:1: key address value "0.0.0.0"; expected an IP address
            join = host           | test.conf:1: key join value "host"; expected HOST:PORT
            join = a:1,b:0        | test.conf:1: key join value "a:1,b:0"; expected HOST:PORT
            log-level = loud      | test.conf:1: key log-level value "loud"; expected one of error
            state-dir = here      | test.conf:1: key state-dir value "here"; expected an absolute path
            image-bytes-max = 9Q  | test.conf:1: key image-bytes-max value "9Q"; expected a size
            image-bytes-max = 99999999999999G | expected a size
            class-cache-bytes-max = 1K        | key class-cache-bytes-max value "1K"; expected a size
            freeze-millis-max = 4999          | key freeze-millis-max value "4999"; expected a number 5000..600000
            class-cache-byte-max = 1G         | key class-cache-byte-max is not known; did you mean class-cache-bytes-max?
            """)
    void mistakesAreNamedWithTheirPlace(String line, String message) throws IOException {
        Path file = file(line + "\n");
        assertThatThrownBy(() -> load(file, Map.of())).isInstanceOfSatisfying(SsiException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIG)).hasMessageContaining(message);
    }

    @Test
    void allMistakesAreNamedAtOnceInTheOrderOfTheFile() throws IOException {
        Path file = file("port = abc\n=== ??\n\nstate-dir = here\nprot=1\nlog-level = info\nlink-hung-millis = 1000\nlink-ping-millis = 500\njmx-port = -1\n");
        assertThatThrownBy(() -> load(file, Map.of(), "name=a b")).isInstanceOfSatisfying(SsiException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIG))
                .hasMessage("7 settings are wrong:\n  " + file + ":1: key port value \"abc\"; expected a number 1..65535\n  " + file
                        + ":2: \"=== ??\" is no setting; expected key = value\n  " + file + ":4: key state-dir value \"here\"; expected an absolute path\n  " + file
                        + ":5: key prot is not known; did you mean port?\n  " + file
                        + ":7: key link-hung-millis value \"1000\"; that is less than five times link-ping-millis 500; set it higher\n  " + file
                        + ":9: key jmx-port value \"-1\"; expected a number 0..65535\n  -o: key name value \"a b\"; expected 1 to 64 letters, digits, '.', '_' or '-'");
        assertThat(load(file("port = abc\n"), Map.of(), "port=1").port()).as("nobody uses the wrong one").isEqualTo(1);
        assertThatThrownBy(() -> load(null, Map.of(), "port=x", "socket=y")).isInstanceOfSatisfying(SsiException.class, e -> assertThat(e.code().exitCode()).isEqualTo(2))
                .hasMessageStartingWith("2 settings are wrong:\n  -o: key port value");
    }

    @Test
    void aFileThatIsNoConfiguration() throws IOException {
        Path file = Files.write(home.resolve("test.conf"), new byte[] {'#', (byte) 0xC3, 0x28});
        assertThatThrownBy(() -> load(file, Map.of())).hasMessage(file + " is not UTF-8 text");
        Files.write(file, new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> load(file, Map.of())).hasMessage(file + " is longer than 1048576 bytes, which no configuration is");
        assertThatThrownBy(() -> load(home, Map.of())).hasMessage("the configuration file " + home + " cannot be read: Is a directory");
    }

    @Test
    void otherMistakes() throws IOException {
        assertThatThrownBy(() -> load(home.resolve("none"), Map.of())).hasMessageContaining("there is no configuration file");
        assertThatThrownBy(() -> load(file("port=1\nport=2"), Map.of())).hasMessageContaining("test.conf:2: key port is set already at").hasMessageContaining(":1;");
        assertThatThrownBy(() -> load(null, Map.of("SSI_PORT", "x"))).hasMessage("SSI_PORT: key port value \"x\"; expected a number 1..65535");
        assertThatThrownBy(() -> load(null, Map.of(), "prot=1")).isInstanceOfSatisfying(SsiException.class, e -> assertThat(e.code().exitCode()).isEqualTo(2));
        assertThatThrownBy(() -> load(null, Map.of(), "port=x")).isInstanceOfSatisfying(SsiException.class, e -> assertThat(e.code().exitCode()).isEqualTo(2));
        assertThatThrownBy(() -> load(null, Map.of(), "link-hung-millis=1000", "link-ping-millis=500")).hasMessageContaining("five times link-ping-millis 500");
        assertThatThrownBy(() -> load(null, Map.of(), "socket=/" + "x".repeat(120))).hasMessageContaining("at most 107 bytes");
        assertThatThrownBy(() -> load(null, Map.of(), "state-dir=/" + "x".repeat(120))).hasMessageContaining("set socket to a shorter path");
    }

    @Test
    void nearestWord() {
        assertThat(Nearest.to("sttae-dir", ConfigKey.names())).contains("state-dir");
        assertThat(Nearest.to("jxm-port", ConfigKey.names())).contains("jmx-port");
        assertThat(Nearest.to("zzzzzz", ConfigKey.names())).isEmpty();
    }
}
