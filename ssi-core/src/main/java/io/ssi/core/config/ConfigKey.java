package io.ssi.core.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Every key there is, with what a user needs to know of it. The generated file shows them in this order. */
enum ConfigKey {
    NAME("name", "the host name, with -N behind it at an address 127.0.0.N but 127.0.0.1", "1 to 64 letters, digits, '.', '_' or '-'",
            "Name of this node, shown to people. The cluster gives the number that counts."),
    ADDRESS("address", "127.0.0.1", "an IP address or host name of this host, not a wildcard",
            "Where this node listens and where other nodes reach it. With the default only daemons of this host can join;",
            "set the address of the network between the nodes. Every connection is encrypted and needs the cluster key."),
    PORT("port", "7700", "a number 1..65535", "The one port of the node, for everything between nodes."),
    JOIN("join", "", "HOST:PORT, several with commas between them",
            "Nodes to ask for admission at the first start; any one that answers will do. Empty: a cluster of its own.",
            "A node that is a member already comes back by itself."),
    STATE_DIR("state-dir", "the folder of socket if that is set, else /var/lib/ssi for root and ~/.ssi for others", "an absolute path",
            "Folder of this node alone: identity, Raft log, caches. Each daemon of a host needs one of its own."),
    KEY_FILE("key-file", "cluster.key in state-dir", "an absolute path",
            "The cluster key, mode 0600. Made at the first start; copy it to each node that shall join."),
    SOCKET("socket", "daemon.sock in state-dir", "an absolute path of at most 107 bytes (the system's limit)",
            "Unix socket where programs and commands of this host find the daemon."),
    LOG_FILE("log-file", "daemon.log beside socket", "an absolute path", "Where a daemon in the background logs."),
    LOG_LEVEL("log-level", "info", "one of error, warn, info, debug, trace", "How much is logged."),
    JMX_PORT("jmx-port", "0", "a number 0..65535", "Port of the JMX connector, on the loopback address only; 0: none."),
    LINK_PING_MILLIS("link-ping-millis", "200", "a number 50..5000", "Time between two pings on each link."),
    LINK_HOST_SILENCE_MILLIS("link-host-silence-millis", "1000", "a number 200..60000",
            "A host whose kernel acknowledged nothing for so long is gone. A paused daemon is not: its kernel answers for it."),
    LINK_HUNG_MILLIS("link-hung-millis", "10000", "a number 1000..600000", "A daemon that sent nothing for so long hangs."),
    LOST_MILLIS("lost-millis", "15000", "a number 1000..3600000",
            "A node that is down for so long is lost, and its processes with it: whoever waits for them is told so, their terminals are given up.",
            "One that is back sooner, like a daemon that is started again, goes on with what runs on its host."),
    RAFT_TIME_SCALE("raft-time-scale", "4", "a number 1..16",
            "How fast a new leader of the system group is chosen: 4 in about 0.9 s after the old one died."),
    IMAGE_BYTES_MAX("image-bytes-max", "8G", "a size such as 512M or 8G, 1M..1024G", "Largest image of a process that may move from or to this node."),
    FREEZE_MILLIS_MAX("freeze-millis-max", "60000", "a number 5000..600000",
            "The longest a user may let a process of this node take to come to a stop (ssi-migrate --wait)."),
    CLASS_CACHE_BYTES_MAX("class-cache-bytes-max", "1G", "a size such as 512M or 8G, 1M..1024G",
            "Size of the cache of class path entries fetched from other nodes, in state-dir/classes. The least recently used go first.");

    private final String key;
    private final String defaultText;
    private final String expected;
    private final List<String> help;

    ConfigKey(String key, String defaultText, String expected, String... help) {
        this.key = key;
        this.defaultText = defaultText;
        this.expected = expected;
        this.help = List.of(help);
    }

    String key() {
        return key;
    }

    /** The default as a value, or the description of one that depends on the host. */
    String defaultText() {
        return defaultText;
    }

    String expected() {
        return expected;
    }

    List<String> help() {
        return help;
    }

    String environment() {
        return "SSI_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    static Optional<ConfigKey> named(String key) {
        return Arrays.stream(values()).filter(one -> one.key.equals(key)).findFirst();
    }

    static List<String> names() {
        return Arrays.stream(values()).map(ConfigKey::key).toList();
    }
}
