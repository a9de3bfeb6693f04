package io.ssi.core.trust;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.IoReason;
import io.ssi.core.error.SsiException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The secret that makes a cluster: 256 random bits, written as {@code ssi1-<64 hex digits>-<8 hex digits of check>}. Immutable;
 * never printed by {@link #toString}.
 */
public final class ClusterKey {
    private static final String PREFIX = "ssi1-";
    private static final int BYTES = 32;
    private static final int CHECK_BYTES = 4;
    private static final HexFormat HEX = HexFormat.of();
    private static final int FILE_BYTES_MAX = 1024;
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private final byte[] secret;

    private ClusterKey(byte[] secret) {
        this.secret = secret;
    }

    public static ClusterKey random() {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        return new ClusterKey(secret);
    }

    /** The key in the file; makes one (0600) if there is no file. Two starts at once end with the same key. Blocks on the disk. */
    public static ClusterKey loadOrCreate(Path file) {
        if (!Files.exists(file)) {
            create(file, random());
        }
        return load(file);
    }

    /** Throws BAD_KEY when the file is missing, open to others, or no key. */
    public static ClusterKey load(Path file) {
        try {
            if (Files.isRegularFile(file)) {
                checkMode(file);
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return read(file);
    }

    /** As {@link #load}, but others may read the file. */
    public static ClusterKey read(Path file) {
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw bad(file + " is no file; set key-file (or --key) to that of the cluster key");
            }
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw bad(file + " is " + Files.size(file) + " bytes long, which no cluster key is; copy the key file of a running node here");
            }
            return parse(Files.readString(file, StandardCharsets.ISO_8859_1).strip(), file.toString());
        } catch (NoSuchFileException e) {
            throw bad("there is no cluster key at " + file + "; copy the key file of a running node here (mode 0600)");
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static SsiException unreadable(Path file, IOException e) {
        return new SsiException(ErrorCode.BAD_KEY, "the cluster key " + file + " cannot be read: " + IoReason.of(e), e);
    }

    /** {@code source} is where the text came from, for the sentence of the error. */
    public static ClusterKey parse(String text, String source) {
        int length = PREFIX.length() + 2 * BYTES + 1 + 2 * CHECK_BYTES;
        if (!text.startsWith(PREFIX) || text.length() != length || text.charAt(PREFIX.length() + 2 * BYTES) != '-') {
            throw bad(source + " holds no cluster key (expected " + PREFIX + "<64 hex digits>-<8 hex digits>, found " + text.length()
                    + " characters); copy the key file of a running node again");
        }
        byte[] secret;
        byte[] check;
        try {
            secret = HEX.parseHex(text, PREFIX.length(), PREFIX.length() + 2 * BYTES);
            check = HEX.parseHex(text, PREFIX.length() + 2 * BYTES + 1, length);
        } catch (IllegalArgumentException e) {
            throw bad(source + " holds a damaged cluster key (a character is no hex digit); copy the key file of a running node again");
        }
        if (!Arrays.equals(check, check(secret))) {
            throw bad(source + " holds a damaged cluster key (its check does not match); copy the key file of a running node again");
        }
        return new ClusterKey(secret);
    }

    private static void create(Path file, ClusterKey key) {
        Path parent = file.toAbsolutePath().getParent();
        try {
            Files.createDirectories(parent);
            Path temporary = Files.createTempFile(parent, ".key", null, PosixFilePermissions.asFileAttribute(
                    EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE)));
            try {
                Files.writeString(temporary, key.text() + "\n");
                // A link, unlike a move, never replaces the key that another start made meanwhile.
                Files.createLink(file, temporary);
            } catch (FileAlreadyExistsException e) {
                // The other start's key is the key.
            } finally {
                Files.delete(temporary);
            }
        } catch (IOException e) {
            throw new SsiException(ErrorCode.BAD_KEY, "the cluster key " + file + " cannot be made: " + IoReason.of(e) + "; set key-file to a place this user can write", e);
        }
    }

    private static void checkMode(Path file) throws IOException {
        if (isOpen(file)) {
            throw bad("the cluster key " + file + " is open to other users (" + PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                    + "); run: chmod 600 " + file);
        }
    }

    /** Whether users other than its owner can read or change this file. */
    public static boolean isOpen(Path file) throws IOException {
        return Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains);
    }

    private static byte[] check(byte[] secret) {
        return Arrays.copyOf(sha256("ssi cluster key check", secret), CHECK_BYTES);
    }

    private static byte[] sha256(String domain, byte[] bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(domain.getBytes(StandardCharsets.US_ASCII));
            return digest.digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new SsiException(ErrorCode.CANNOT_START, "this JDK lacks SHA-256; use a complete JDK 25", e);
        }
    }

    /** Bytes for one purpose (HKDF-SHA256, RFC 5869): the same for every holder of the key, and useless for any other purpose. */
    public byte[] derive(String purpose, int bytes) {
        try {
            return KDF.getInstance("HKDF-SHA256").deriveData(HKDFParameterSpec.ofExtract().addIKM(secret)
                    .addSalt("ssi".getBytes(StandardCharsets.US_ASCII)).thenExpand(purpose.getBytes(StandardCharsets.UTF_8), bytes));
        } catch (GeneralSecurityException e) {
            throw new SsiException(ErrorCode.CANNOT_START, "this JDK cannot derive keys (HKDF-SHA256): " + e.getMessage() + "; use a complete JDK 25", e);
        }
    }

    /** Eight hex digits that tell keys apart and give nothing away. */
    public String fingerprint() {
        return HEX.formatHex(derive("fingerprint", 4));
    }

    /** The key itself, as in its file. */
    public String text() {
        return PREFIX + HEX.formatHex(secret) + "-" + HEX.formatHex(check(secret));
    }

    @Override
    public String toString() {
        return "cluster key " + fingerprint();
    }

    private static SsiException bad(String message) {
        return new SsiException(ErrorCode.BAD_KEY, message);
    }
}
