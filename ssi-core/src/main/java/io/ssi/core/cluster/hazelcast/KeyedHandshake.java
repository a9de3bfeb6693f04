package io.ssi.core.cluster.hazelcast;

import com.hazelcast.nio.MemberSocketInterceptor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Properties;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Both ends of a member connection prove that they know the key before Hazelcast reads a byte: each sends 32 random bytes and answers
 * with HMAC-SHA256 over its role, its own and the other's bytes. Keeps local users of the host out; encryption between hosts is the transport's.
 */
final class KeyedHandshake implements MemberSocketInterceptor {
    private static final Logger log = LoggerFactory.getLogger(KeyedHandshake.class);
    private static final int BYTES = 32;
    private static final int TIMEOUT_MILLIS = 3000;

    private final byte[] key;
    private final SecureRandom random = new SecureRandom();

    KeyedHandshake(byte[] key) {
        this.key = key.clone();
    }

    @Override
    public void init(Properties properties) {
        // Nothing is configured by properties: the key comes by constructor only.
    }

    @Override
    public void onAccept(Socket socket) throws IOException {
        shake(socket, "accepted", "connected");
    }

    @Override
    public void onConnect(Socket socket) throws IOException {
        shake(socket, "connected", "accepted");
    }

    private void shake(Socket socket, String mine, String theirs) throws IOException {
        int before = socket.getSoTimeout();
        socket.setSoTimeout(TIMEOUT_MILLIS);
        try {
            byte[] own = new byte[BYTES];
            random.nextBytes(own);
            socket.getOutputStream().write(own);
            byte[] other = read(socket.getInputStream());
            socket.getOutputStream().write(proof(mine, own, other));
            if (!MessageDigest.isEqual(read(socket.getInputStream()), proof(theirs, other, own))) {
                throw new IOException("the other side does not know the cluster key");
            }
        } catch (IOException e) {
            log.warn("refused a member connection with {}: {}", socket.getRemoteSocketAddress(), e.getMessage());
            throw e;
        } finally {
            socket.setSoTimeout(before);
        }
    }

    private byte[] proof(String role, byte[] first, byte[] second) throws IOException {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update(role.getBytes(StandardCharsets.US_ASCII));
            mac.update(first);
            return mac.doFinal(second);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static byte[] read(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(BYTES);
        if (bytes.length < BYTES) {
            throw new EOFException("closed before it proved that it knows the cluster key");
        }
        return bytes;
    }
}
