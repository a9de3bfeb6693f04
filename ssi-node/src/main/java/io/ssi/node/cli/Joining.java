package io.ssi.node.cli;

import io.ssi.core.config.NodeConfig;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import io.ssi.core.trust.ClusterKey;
import io.ssi.node.StateDir;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A state folder on its way into a cluster. What of another cluster is in it, mostly one of this node alone, is put aside and not removed,
 * and comes back when the join fails: nothing is lost by a mistake.
 */
final class Joining {
    private final NodeConfig config;
    private final PrintWriter out;
    private final Path cluster;
    private final Path marker;
    /** What belongs to one cluster. */
    private final List<Path> parts;
    /** Null when there was nothing of another cluster. */
    private Path aside;
    private boolean keyCopied;
    /** There was nothing of any cluster. */
    private boolean fresh;

    Joining(NodeConfig config, PrintWriter out) {
        this.config = config;
        this.out = out;
        this.cluster = config.stateDir().resolve("cluster");
        this.marker = config.stateDir().resolve("joined");
        this.parts = List.of(cluster, marker, config.stateDir().resolve("vpids"));
    }

    /** Puts the key in place. */
    void prepare(String node, Path key) {
        if (key != null) {
            ClusterKey.read(key); // what is wrong with it is said of this file, not of the copy
        }
        try {
            StateDir.create(config.stateDir());
            warnIfOpen(key);
            if (Files.exists(cluster) && !isMember()) {
                delete(cluster); // of a join that no cluster has answered
            }
            fresh = !Files.exists(cluster);
            boolean sameKey = key == null || Files.exists(config.keyFile()) && Files.mismatch(key, config.keyFile()) < 0;
            boolean member = Files.exists(marker) && Files.readString(marker).lines().anyMatch(node::equals);
            if (Files.exists(cluster) && !(sameKey && member)) {
                aside = config.stateDir().resolve("before-join-" + System.currentTimeMillis());
                Files.createDirectories(aside);
                for (Path part : parts) {
                    move(part, aside.resolve(part.getFileName()));
                }
            }
            if (!sameKey) {
                byte[] bytes = Files.readAllBytes(key);
                Files.createDirectories(config.keyFile().getParent());
                if (aside != null) {
                    move(config.keyFile(), aside.resolve("cluster.key"));
                }
                Files.deleteIfExists(config.keyFile());
                Files.createFile(config.keyFile(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                keyCopied = true;
                Files.write(config.keyFile(), bytes);
            } else if (!Files.exists(config.keyFile())) {
                throw new SsiException(ErrorCode.BAD_KEY, "this node has no cluster key at " + config.keyFile() + "; name that of the cluster with --key FILE");
            }
        } catch (IOException e) {
            undo();
            throw new SsiException(ErrorCode.CANNOT_START, "the key or the state folder " + config.stateDir() + " cannot be used: " + IoReason.of(e), e);
        } catch (SsiException e) {
            undo();
            throw e;
        }
    }

    /** The join failed: everything is as it was before. */
    void undo() {
        try {
            if (keyCopied) {
                Files.deleteIfExists(config.keyFile());
            }
            if (fresh) {
                delete(cluster);
            }
            if (aside != null) {
                delete(cluster);
                for (Path part : parts) {
                    move(aside.resolve(part.getFileName()), part);
                }
                move(aside.resolve("cluster.key"), config.keyFile());
                Files.deleteIfExists(aside);
            }
        } catch (IOException e) {
            out.println("what this node knew of its cluster is kept in " + aside + " and could not be put back: " + IoReason.of(e));
        }
    }

    /** A later join by the same node only starts the daemon. The membership itself is remembered by the daemon. */
    void remember(String node) {
        if (aside != null) {
            out.println("this node was in another cluster; what it knew of that is kept in " + aside);
        }
        try {
            Files.writeString(marker, node + "\n");
        } catch (IOException e) {
            out.println("cannot write " + marker + ": " + IoReason.of(e));
        }
    }

    /** A node that has not been admitted yet has no number. */
    private boolean isMember() throws IOException {
        Path node = cluster.resolve("node");
        return !Files.exists(node) || Files.readString(node).lines().noneMatch("number=0"::equals);
    }

    /** Not refused, since what it is copied from may know no modes; the copy is this user's alone. */
    private void warnIfOpen(Path key) throws IOException {
        if (key != null && Files.exists(key) && ClusterKey.isOpen(key)) {
            out.println("the key file " + key + " can be read by other users ("
                    + PosixFilePermissions.toString(Files.getPosixFilePermissions(key)) + "); run: chmod 600 " + key);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> left = Files.exists(folder) ? Files.walk(folder) : Stream.empty()) {
            left.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
    }

    private static void move(Path from, Path to) throws IOException {
        if (Files.exists(from)) {
            Files.move(from, to);
        }
    }
}
