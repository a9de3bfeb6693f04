package io.ssi.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.trust.ClusterKey;
import io.ssi.node.cli.CommandRunner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What keeps a daemon from starting is one sentence with the next step, and leaves nothing running. */
@Timeout(60)
class StartRefusedIT {
    @TempDir
    Path folder;

    private final CommandRunner commands = new CommandRunner();
    private int port;

    @BeforeEach
    void prepare() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        Files.writeString(folder.resolve("file"), "a file");
        Files.write(folder.resolve("bytes.conf"), new byte[] {1, 2, (byte) 0xFF});
        Files.writeString(folder.resolve("typo.conf"), "class-cache-byte-max = 2G\n");
        String key = ClusterKey.random().text();
        key("short.key", key.substring(0, 40));
        key("damaged.key", key.replace(key.substring(10, 14), key.substring(10, 14).equals("0000") ? "1111" : "0000"));
        key("other.key", ClusterKey.random().text());
        Files.setPosixFilePermissions(Files.copy(folder.resolve("other.key"), folder.resolve("open.key")), PosixFilePermissions.fromString("rw-r--r--"));
        Files.createDirectory(folder.resolve("full"));
        Files.createSymbolicLink(folder.resolve("full/daemon.pid"), Path.of("/dev/full"));
    }

    private void key(String name, String text) throws IOException {
        Files.writeString(Files.createFile(folder.resolve(name), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))), text);
    }

    @AfterEach
    void stop() {
        if (Files.exists(folder.resolve("state/daemon.sock"))) {
            run("stop");
        }
    }

    private int run(String verb, String... options) {
        List<String> arguments = new ArrayList<>(List.of("ssi-node", verb, "-o", "state-dir=" + folder.resolve("state"), "-o", "port=" + port));
        arguments.addAll(List.of(options));
        return commands.run(arguments.toArray(String[]::new));
    }

    private void refused(int exitCode, String why) {
        refused(exitCode, commands.err(), why);
    }

    private void refused(int exitCode, String said, String why) {
        assertThat(said).startsWith("ssi-node: ").contains(why.replace("FOLDER", folder.toString())).hasLineCount(1).doesNotContain("Exception");
        assertThat(exitCode).isBetween(1, 2);
        assertThat(folder.resolve("state/daemon.sock")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            state-dir=/proc/ssi           | /proc/ssi
            state-dir=FOLDER/file         | FOLDER/file is something else already
            log-file=/proc/ssi/log        | the log file /proc/ssi/log cannot be written: there is no /proc/ssi; set another log-file
            key-file=FOLDER/short.key     | FOLDER/short.key holds no cluster key
            key-file=FOLDER/damaged.key   | FOLDER/damaged.key holds a damaged cluster key
            key-file=FOLDER/open.key      | chmod 600 FOLDER/open.key
            key-file=FOLDER               | FOLDER is no file; set key-file
            key-file=/proc/ssi/key        | cannot be made: there is no /proc/ssi; set key-file
            address=192.0.2.1             | set address to one of this host
            freeze-millis-max=1           | expected a number 5000..600000
            class-cache-byte-max=2G       | did you mean class-cache-bytes-max?
            """)
    void aSettingThatCannotBe(String setting, String why) {
        refused(run("start", "-o", setting.replace("FOLDER", folder.toString())), why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bytes.conf | FOLDER/bytes.conf is not UTF-8 text
            typo.conf  | FOLDER/typo.conf:1: key class-cache-byte-max is not known; did you mean class-cache-bytes-max?
            none.conf  | there is no configuration file FOLDER/none.conf
            """)
    void aFileThatIsNoConfiguration(String file, String why) {
        refused(run("start", "--config", folder.resolve(file).toString()), why);
    }

    /** The daemon by itself: the file that takes nothing gives without end, and the launcher would read it. */
    @Test
    void aFullDisk() throws Exception {
        Process daemon = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"),
                "io.ssi.node.NodeMain", "-o", "state-dir=" + folder.resolve("full")).start();
        String said = new String(daemon.getErrorStream().readAllBytes());
        refused(daemon.waitFor(), said, "the state folder FOLDER/full cannot be used: No space left on device; make room");
    }

    @Test
    void portsThatAreTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
            refused(run("start"), "port " + taken.getLocalPort() + " of 127.0.0.1 is taken by another program");
        }
        refused(run("start", "-o", "jmx-port=" + port), "the JMX port " + port + " cannot be used: Address already in use; set another jmx-port");
    }

    /** Said soon, with the address, and the node is as it was. */
    @Test
    void nobodyToJoin() {
        List<String> arguments = List.of("ssi-node", "join", "127.0.0.1:" + port, "--key", folder.resolve("other.key").toString(), "-o",
                "state-dir=" + folder.resolve("state"), "-o", "port=" + port, "-o", "address=127.0.0.2");
        refused(commands.run(arguments.toArray(String[]::new)), "no node listens at 127.0.0.1:" + port + " (connection refused)");
        assertThat(folder.resolve("state/cluster")).doesNotExist();
    }

    @Test
    void aKeyOfAnotherCluster() {
        assertThat(run("start")).as(commands.err()).isZero();
        List<String> arguments = List.of("ssi-node", "join", "127.0.0.1:" + port, "--key", folder.resolve("other.key").toString(), "-o",
                "state-dir=" + folder.resolve("joining"), "-o", "port=" + port, "-o", "address=127.0.0.2");
        assertThat(commands.run(arguments.toArray(String[]::new))).isEqualTo(1);
        assertThat(commands.err()).contains("key").hasLineCount(1);
        assertThat(folder.resolve("joining/daemon.sock")).doesNotExist();
    }
}
