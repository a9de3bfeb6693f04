package io.ssi.core.cluster;

import io.ssi.core.cluster.Membership.Change;
import io.ssi.core.cluster.Membership.State;
import io.ssi.core.error.IoReason;
import io.ssi.core.id.NodeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The membership's changes over all lives of a node's daemon, newest last, at most {@value #LENGTH_MAX}: {@code MILLIS NODE FROM TO CAUSE}
 * a line. It is for people: a line that a crash or a full disk spoiled is passed over, and nothing is forced to the disk. Not thread-safe.
 */
final class HistoryFile {
    static final int LENGTH_MAX = 1000;
    private static final Logger log = LoggerFactory.getLogger(HistoryFile.class);
    private static final String NOBODY = "-";

    private final Path file;
    private final ArrayDeque<Change> changes = new ArrayDeque<>();
    /** Lines added since the file was written anew. */
    private int added;
    private boolean failed;

    /** Reads what is there. */
    HistoryFile(Path file) {
        this.file = file;
        try {
            if (Files.exists(file)) {
                // By bytes, because what is spoiled need not be text.
                Files.readString(file, StandardCharsets.ISO_8859_1).lines().forEach(line -> parse(new String(line.getBytes(StandardCharsets.ISO_8859_1),
                        StandardCharsets.UTF_8)).ifPresent(this::remember));
            }
        } catch (IOException e) {
            failed(e);
        }
        rewrite();
    }

    List<Change> changes() {
        return List.copyOf(changes);
    }

    void add(Change change) {
        remember(change);
        if (++added >= LENGTH_MAX) {
            rewrite();
            return;
        }
        try {
            Files.writeString(file, line(change), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            failed(e);
        }
    }

    private void remember(Change change) {
        changes.addLast(change);
        if (changes.size() > LENGTH_MAX) {
            changes.removeFirst();
        }
    }

    private void rewrite() {
        added = 0;
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        StringBuilder text = new StringBuilder();
        changes.forEach(change -> text.append(line(change)));
        try {
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            failed(e);
        }
    }

    private void failed(IOException why) {
        if (!failed) {
            log.warn("the history of the nodes is not kept: {}", IoReason.of(why));
        }
        failed = true;
    }

    private static String line(Change change) {
        return change.atMillis() + " " + change.node().number() + " " + (change.from() == null ? NOBODY : change.from().name()) + " " + change.to().name() + " "
                + change.cause().replaceAll("\\R", " ") + "\n";
    }

    private static Optional<Change> parse(String line) {
        String[] words = line.split(" ", 5);
        try {
            return words.length < 5 ? Optional.empty() : Optional.of(new Change(Long.parseLong(words[0]), new NodeId(Integer.parseInt(words[1])),
                    words[2].equals(NOBODY) ? null : State.valueOf(words[2]), State.valueOf(words[3]), words[4]));
        } catch (RuntimeException spoiled) {
            return Optional.empty();
        }
    }
}
