package io.ssi.core.wire;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.UserPrincipal;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What one incarnation of a process leaves in the state folder of its node until it is delivered, written by the daemon while there is one
 * and by the JVM that ends without one:
 *
 * <pre>
 * VPID.INCARNATION/1.0  1.262144   standard output from that offset on, up to where the next begins; 2.* standard error
 *                   1.lock 2.lock  locked by who may take output out of the JVM's pipe
 *                   1.rest 2.rest  what a JVM that ends still writes, until it is named as one of the first
 *                   letter         the last word of a JVM that found no daemon for it
 *                   row            the daemon's own: which process, and how it ended once that is known
 * </pre>
 */
public final class KeptFolder {
    private final Path all;
    private final Path folder;

    /** @param all the folder of the daemon, that is there */
    public KeptFolder(Path all, int vpid, int incarnation) {
        this.all = all;
        this.folder = all.resolve(vpid + "." + incarnation);
    }

    /**
     * The last word of a JVM.
     *
     * @param row what the daemon gave the JVM to keep for it
     */
    public record Letter(int status, byte[] row) {}

    public boolean exists() {
        return Files.isDirectory(folder);
    }

    public void create() throws IOException {
        Files.createDirectories(folder);
        own(folder);
    }

    /** Of root's program, for a daemon that is not root's. */
    private void own(Path file) throws IOException {
        UserPrincipal owner = Files.getOwner(all);
        if (!owner.equals(Files.getOwner(file))) {
            Files.setOwner(file, owner);
        }
    }

    /** Where the parts of an output begin; empty if there are none. */
    public TreeSet<Long> parts(int descriptor) throws IOException {
        TreeSet<Long> begins = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, descriptor + ".[0-9]*")) {
            for (Path file : files) {
                begins.add(Long.parseLong(file.getFileName().toString().substring(2)));
            }
        } catch (NumberFormatException e) {
            throw new IOException("a file in " + folder + " is none of the daemon's: " + e.getMessage(), e);
        }
        return begins;
    }

    /** Offset behind the last byte of an output. */
    public long end(int descriptor) throws IOException {
        TreeSet<Long> parts = parts(descriptor);
        return parts.isEmpty() ? 0 : parts.last() + Files.size(part(descriptor, parts.last()));
    }

    public Path part(int descriptor, long begin) {
        return folder.resolve(descriptor + "." + begin);
    }

    public Path lock(int descriptor) {
        return folder.resolve(descriptor + ".lock");
    }

    public Path rest(int descriptor) {
        return folder.resolve(descriptor + ".rest");
    }

    /** An empty or whole file becomes the last part of an output; whoever has it open still writes to it. */
    public void append(int descriptor, Path file) throws IOException {
        own(file);
        Path part = part(descriptor, end(descriptor));
        if (Files.exists(part) && Files.size(part) > 0) {
            throw new IOException(part + " is there already");
        }
        Files.move(file, part, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Whole or not at all. */
    public void write(Letter letter) throws IOException {
        byte[] word = LinkCodec.encode(new LinkMessage.Exiting(letter.status()));
        byte[] bytes = Arrays.copyOf(word, word.length + letter.row().length);
        System.arraycopy(letter.row(), 0, bytes, word.length, letter.row().length);
        write("letter", bytes);
    }

    private void write(String name, byte[] bytes) throws IOException {
        create();
        Path part = folder.resolve(name + ".part");
        Files.write(part, bytes);
        own(part);
        Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Optional<byte[]> read(String name) throws IOException {
        Path file = folder.resolve(name);
        return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    }

    /** @throws IOException also if it is damaged */
    public Optional<Letter> letter() throws IOException {
        Optional<byte[]> bytes = read("letter");
        return bytes.isEmpty() ? Optional.empty() : Optional.of(letter(bytes.get()));
    }

    static Letter letter(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        try {
            if (LinkCodec.read(in) instanceof LinkMessage.Exiting exiting) {
                return new Letter(exiting.status(), in.readAllBytes());
            }
            throw new SsiException(ErrorCode.BAD_FRAME, "it begins with no last word");
        } catch (SsiException damaged) {
            throw new IOException("a last word of a program is damaged: " + damaged.getMessage(), damaged);
        }
    }

    public void writeRow(byte[] row) throws IOException {
        write("row", row);
    }

    public Optional<byte[]> row() throws IOException {
        return read("row");
    }

    /** All of it is delivered. */
    public void delete() throws IOException {
        if (exists()) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(folder);
        }
    }
}
