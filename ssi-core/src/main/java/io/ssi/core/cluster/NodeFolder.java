package io.ssi.core.cluster;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;

/** A node's state folder: who it is ({@code node}), whom it knows ({@code peers}), its Raft journal, what happened to the
 * nodes ({@code history}), and a lock against a second daemon. */
final class NodeFolder implements AutoCloseable {
    /** number 0 and clusterId "": not admitted yet. firstVoters as comma-separated numbers. */
    record Identity(UUID uuid, int number, String clusterId, String firstVoters) {}

    private final Path folder;
    private final FileChannel lockFile;

    NodeFolder(Path folder) {
        this.folder = folder;
        FileChannel opened = null;
        try {
            Files.createDirectories(folder);
            opened = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = opened.tryLock();
            if (lock == null) {
                throw new OverlappingFileLockException();
            }
            lockFile = opened;
        } catch (OverlappingFileLockException e) {
            closeQuietly(opened);
            throw new SsiException(ErrorCode.BAD_CONFIG, "the state folder " + folder + " is in use by another daemon; stop it or give this one its own", e);
        } catch (IOException e) {
            closeQuietly(opened);
            throw new SsiException(ErrorCode.BAD_CONFIG, "the state folder " + folder + " cannot be used: " + IoReason.of(e), e);
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // The failure that made us close is the one to tell.
            throw new java.io.UncheckedIOException(e);
        }
    }

    Path journal() {
        return folder.resolve("raft.log");
    }

    Path history() {
        return folder.resolve("history");
    }

    /** The identity that is there, or a fresh one that is written at once. */
    Identity identity() {
        Path file = folder.resolve("node");
        if (!Files.exists(file)) {
            Identity fresh = new Identity(UUID.randomUUID(), 0, "", "");
            write(fresh);
            return fresh;
        }
        try {
            Properties values = load(file);
            return new Identity(UUID.fromString(values.getProperty("uuid")), Integer.parseInt(values.getProperty("number")),
                    values.getProperty("cluster"), values.getProperty("firstVoters"));
        } catch (IOException | RuntimeException e) {
            throw new SsiException(ErrorCode.BAD_CONFIG, file + " is damaged (" + e.getMessage()
                    + "); restore it, or remove the state folder and join again as a new node", e);
        }
    }

    void write(Identity identity) {
        store("node", "uuid=" + identity.uuid() + "\nnumber=" + identity.number() + "\ncluster=" + identity.clusterId()
                + "\nfirstVoters=" + identity.firstVoters() + "\n");
    }

    /** Whom this node knew when it last ran; a damaged file is treated as empty, because the cluster tells again. */
    TreeMap<Integer, ClusterMessages.Peer> peers() {
        TreeMap<Integer, ClusterMessages.Peer> peers = new TreeMap<>();
        Path file = folder.resolve("peers");
        try {
            if (Files.exists(file)) {
                for (String line : Files.readAllLines(file)) {
                    String[] words = line.split(" ", 4);
                    int number = Integer.parseInt(words[0]);
                    peers.put(number, new ClusterMessages.Peer(number, words[1], words[3], words[2]));
                }
            }
        } catch (IOException | RuntimeException e) {
            org.slf4j.LoggerFactory.getLogger(NodeFolder.class).warn("{} cannot be read and is ignored: {}", file, e.toString());
        }
        return peers;
    }

    void write(Iterable<ClusterMessages.Peer> peers) {
        StringBuilder text = new StringBuilder();
        peers.forEach(peer -> text.append(peer.number()).append(' ').append(peer.uuid()).append(' ').append(peer.address()).append(' ')
                .append(peer.name().replace('\n', ' ')).append('\n'));
        store("peers", text.toString());
    }

    private static Properties load(Path file) throws IOException {
        Properties values = new Properties();
        values.load(new StringReader(Files.readString(file)));
        return values;
    }

    private void store(String name, String text) {
        Path fresh = folder.resolve(name + ".new");
        try {
            try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                out.write(StandardCharsets.UTF_8.encode(text));
                out.force(true);
            }
            Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new SsiException(ErrorCode.BAD_CONFIG, folder.resolve(name) + " cannot be written: " + IoReason.of(e) + "; make room, or set another state-dir", e);
        }
    }

    @Override
    public void close() {
        closeQuietly(lockFile);
    }
}
