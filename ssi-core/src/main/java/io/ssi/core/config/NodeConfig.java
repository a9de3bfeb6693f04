package io.ssi.core.config;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Everything that can be set of a node daemon. With nothing set it is a cluster of one on the loopback address. All paths are
 * absolute; the seeds of {@code join} are not resolved. {@link #defaultFile} documents each key.
 */
public record NodeConfig(String name, String address, int port, List<InetSocketAddress> join, Path stateDir, Path keyFile, Path socket,
        Path logFile, String logLevel, int jmxPort, int linkPingMillis, int linkHostSilenceMillis, int linkHungMillis, int lostMillis, int raftTimeScale,
        long imageBytesMax, int freezeMillisMax, long classCacheBytesMax) {
    /** In the state folder: {@link #keep}. */
    public static final String KEPT = "kept.conf";

    /** Most seeds in {@code join}. */
    private static final int SEEDS_MAX = 32;

    /** {@code sun_path} of Linux has 108 bytes with the closing zero. */
    private static final int SOCKET_BYTES_MAX = 107;

    /** Leaves room for what {@link #another} adds. */
    private static final int HOST_NAME_MAX = 60;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern LOOPBACK = Pattern.compile("127\\.0\\.0\\.([0-9]{1,3})");
    private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");
    private static final long MEGA = 1L << 20;

    public NodeConfig {
        join = List.copyOf(join);
    }

    /**
     * Concludes the configuration of this process; throws BAD_CONFIG with all mistakes and their places.
     *
     * @param file the file named on the command line, or null for the usual place, where it may be missing
     * @param overrides {@code key=value} of each {@code -o}
     */
    public static NodeConfig load(Path file, List<String> overrides) {
        return load(file, System.getenv(), overrides, System.getProperty("user.name"), Path.of(System.getProperty("user.home")), hostName());
    }

    static NodeConfig load(Path file, Map<String, String> environment, List<String> overrides, String user, Path home, String hostName) {
        boolean root = "root".equals(user);
        Path usual = root ? Path.of("/etc/ssi/ssi.conf") : home.resolve(".ssi/ssi.conf");
        Path usualState = root ? Path.of("/var/lib/ssi") : home.resolve(".ssi");
        Path named = named(file, environment);
        List<Path> files = new ArrayList<>();
        if (named != null || Files.exists(usual)) {
            files.add(named != null ? named : usual);
        }
        Path stateDir = stateDir(values(files, environment, overrides), usualState);
        if (Files.exists(stateDir.resolve(KEPT))) {
            files.add(stateDir.resolve(KEPT));
        }
        return conclude(values(files, environment, overrides), stateDir, hostName);
    }

    private static Path named(Path file, Map<String, String> environment) {
        String named = environment.getOrDefault("SSI_CONFIG", "");
        return file != null || named.isBlank() ? file : Path.of(named);
    }

    private static ConfigValues values(List<Path> files, Map<String, String> environment, List<String> overrides) {
        ConfigValues values = new ConfigValues();
        files.forEach(values::addFile);
        values.addEnvironment(environment);
        overrides.forEach(values::addOverride);
        return values;
    }

    /**
     * Keeps the settings of a command line in the state folder: a later start needs none of them to be the same node of the same cluster.
     *
     * @param file the file named on the command line, or null
     */
    public void keep(Path file, List<String> overrides) {
        Path named = named(file, System.getenv());
        List<Path> files = new ArrayList<>();
        if (Files.exists(stateDir.resolve(KEPT))) {
            files.add(stateDir.resolve(KEPT));
        }
        if (named != null) {
            files.add(named);
        }
        String lines = values(files, Map.of(), overrides).lines(ConfigKey.STATE_DIR);
        try {
            if (!lines.isEmpty()) {
                Files.writeString(stateDir.resolve(KEPT), "# The settings this node was first started or joined with; edit or remove them. Stronger than the\n"
                        + "# configuration file, weaker than the environment and -o.\n" + lines);
            }
        } catch (IOException e) {
            throw new SsiException(ErrorCode.CANNOT_START, "cannot write " + stateDir.resolve(KEPT) + ": " + IoReason.of(e), e);
        }
    }

    private static Path stateDir(ConfigValues values, Path usualState) {
        // Where only the socket is named, as by an agent that starts a daemon for its program, the rest goes beside it.
        Path besideSocket = values.isSet(ConfigKey.SOCKET) ? path(values, ConfigKey.SOCKET, usualState.resolve("daemon.sock")).getParent() : usualState;
        return path(values, ConfigKey.STATE_DIR, besideSocket);
    }

    private static NodeConfig conclude(ConfigValues values, Path stateDir, String hostName) {
        String address = values.text(ConfigKey.ADDRESS, ConfigKey.ADDRESS.defaultText());
        String name = values.text(ConfigKey.NAME, hostName + another(address));
        if (!NAME.matcher(name).matches()) {
            values.wrong(ConfigKey.NAME);
        }
        if (address.isBlank() || address.equals("0.0.0.0") || address.equals("::") || address.contains(" ")) {
            values.wrong(ConfigKey.ADDRESS);
        }
        path(values, ConfigKey.STATE_DIR, stateDir); // it is concluded already; what is wrong with it is said with the rest
        Path socket = path(values, ConfigKey.SOCKET, stateDir.resolve("daemon.sock"));
        if (socket.toString().getBytes(StandardCharsets.UTF_8).length > SOCKET_BYTES_MAX) {
            if (values.isSet(ConfigKey.SOCKET)) {
                values.wrong(ConfigKey.SOCKET);
            } else {
                values.wrong(ConfigKey.STATE_DIR, "the socket " + socket + " is longer than " + SOCKET_BYTES_MAX + " bytes, the system's limit; set socket to a shorter path");
            }
        }
        String level = values.text(ConfigKey.LOG_LEVEL, ConfigKey.LOG_LEVEL.defaultText()).toLowerCase(Locale.ROOT);
        if (!LEVELS.contains(level)) {
            values.wrong(ConfigKey.LOG_LEVEL);
        }
        int ping = values.integer(ConfigKey.LINK_PING_MILLIS, 50, 5000);
        int hung = values.integer(ConfigKey.LINK_HUNG_MILLIS, 1000, 600_000);
        if (hung < 5 * ping) {
            values.wrong(ConfigKey.LINK_HUNG_MILLIS, "that is less than five times link-ping-millis " + ping + "; set it higher");
        }
        NodeConfig config = new NodeConfig(name, address, values.integer(ConfigKey.PORT, 1, 65_535), seeds(values), stateDir,
                path(values, ConfigKey.KEY_FILE, stateDir.resolve("cluster.key")), socket,
                path(values, ConfigKey.LOG_FILE, socket.resolveSibling("daemon.log")), level, values.integer(ConfigKey.JMX_PORT, 0, 65_535),
                ping, values.integer(ConfigKey.LINK_HOST_SILENCE_MILLIS, 200, 60_000), hung,
                values.integer(ConfigKey.LOST_MILLIS, 1000, 3_600_000), values.integer(ConfigKey.RAFT_TIME_SCALE, 1, 16),
                values.size(ConfigKey.IMAGE_BYTES_MAX, MEGA, MEGA * MEGA), values.integer(ConfigKey.FREEZE_MILLIS_MAX, 5000, 600_000),
                values.size(ConfigKey.CLASS_CACHE_BYTES_MAX, MEGA, MEGA * MEGA));
        values.check();
        return config;
    }

    /** Behind the name of the host, where this node is not the only one of it: only then an address of loopback is not the default. */
    private static String another(String address) {
        Matcher loopback = LOOPBACK.matcher(address);
        return loopback.matches() && !address.equals(ConfigKey.ADDRESS.defaultText()) ? "-" + loopback.group(1) : "";
    }

    private static Path path(ConfigValues values, ConfigKey key, Path otherwise) {
        if (!values.isSet(key)) {
            return otherwise;
        }
        try {
            Path path = Path.of(values.text(key));
            if (path.isAbsolute() && path.getParent() != null) {
                return path.normalize();
            }
        } catch (InvalidPathException e) {
            // As one that is not absolute.
        }
        values.wrong(key);
        return otherwise;
    }

    private static List<InetSocketAddress> seeds(ConfigValues values) {
        List<InetSocketAddress> seeds = new ArrayList<>();
        for (String part : values.text(ConfigKey.JOIN).split(",")) {
            if (!part.isBlank()) {
                endpoint(part.strip()).ifPresentOrElse(seeds::add, () -> values.wrong(ConfigKey.JOIN));
            }
        }
        if (seeds.size() > SEEDS_MAX) {
            values.wrong(ConfigKey.JOIN, "expected at most " + SEEDS_MAX + " nodes");
        }
        return seeds;
    }

    /** Reads {@code HOST:PORT} or {@code [IPV6]:PORT}, unresolved; empty when it is neither. */
    public static Optional<InetSocketAddress> endpoint(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            return Optional.empty();
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            boolean valid = !host.isBlank() && port >= 1 && port <= 65_535;
            return valid ? Optional.of(InetSocketAddress.createUnresolved(host, port)) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** A file with every key, its meaning and its default, all commented out: as it is, it changes nothing. */
    public static String defaultFile() {
        StringBuilder file = new StringBuilder("""
                # Configuration of an ssi node daemon. Every key is optional; what is commented out shows the default.
                # Stronger than this file: the environment (SSI_PORT=7701), and the command line (-o port=7701).
                """);
        for (ConfigKey key : ConfigKey.values()) {
            file.append('\n');
            key.help().forEach(line -> file.append("# ").append(line).append('\n'));
            file.append("# Expected: ").append(key.expected()).append(". Environment: ").append(key.environment()).append('\n');
            if (key.defaultText().contains(" ")) {
                file.append("# Default: ").append(key.defaultText()).append('\n').append('#').append(key.key()).append(" =\n");
            } else {
                file.append('#').append(key.key()).append(" = ").append(key.defaultText()).append('\n');
            }
        }
        return file.toString();
    }

    /** As the kernel has it: asking the resolver may take seconds on a host without a name server. */
    private static String hostName() {
        try {
            String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip().replaceAll("[^A-Za-z0-9._-]", "-");
            return name.isEmpty() ? "node" : name.substring(0, Math.min(HOST_NAME_MAX, name.length()));
        } catch (IOException e) {
            return "node";
        }
    }
}
