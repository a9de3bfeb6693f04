package io.ssi.core.net.netty;

import io.netty.handler.ssl.NotSslRecordException;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.trust.OtherKeyException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** Says in one sentence why a connection came to nothing. Stateless. */
final class HandshakeFailure {
    private HandshakeFailure() {}

    /** For the side that dialled {@code address}; {@code key} is the fingerprint of this node's key. */
    static SsiException dialling(String address, Throwable cause, String key) {
        if (otherKey(cause)) {
            return new SsiException(ErrorCode.BAD_KEY, "the node at " + address + " belongs to a cluster with another key (this node's is "
                    + key + "); copy the cluster key file of that cluster to this node", cause);
        }
        if (find(cause, NotSslRecordException.class) != null) {
            return new SsiException(ErrorCode.PEER_LOST, "what listens at " + address + " is no ssi node (it does not speak TLS); check address and port", cause);
        }
        return new SsiException(ErrorCode.PEER_LOST, "no connection to " + address + ": " + reason(cause), cause);
    }

    /** For the side that was dialled. */
    static String accepting(Throwable cause) {
        OtherKeyException other = find(cause, OtherKeyException.class);
        if (other != null) {
            return other.getMessage();
        }
        if (otherKey(cause)) {
            return "it has another cluster key (it did not accept this node's certificate)";
        }
        if (find(cause, NotSslRecordException.class) != null) {
            return "it does not speak TLS";
        }
        String text = reason(cause);
        return text.contains("Empty client certificate chain") ? "it offered no certificate" : text;
    }

    private static boolean otherKey(Throwable cause) {
        if (find(cause, OtherKeyException.class) != null) {
            return true;
        }
        SSLException tls = find(cause, SSLException.class);
        String text = tls == null ? "" : String.valueOf(tls.getMessage());
        return text.contains("alert: certificate_unknown") || text.contains("alert: bad_certificate") || text.contains("alert: unknown_ca")
                || text.contains("alert: certificate_required");
    }

    /** The innermost message, as a phrase. */
    static String reason(Throwable cause) {
        Throwable inner = cause;
        while (inner.getCause() != null && inner.getCause() != inner) {
            inner = inner.getCause();
        }
        String text = inner.getMessage() == null ? inner.getClass().getSimpleName() : inner.getMessage();
        // Netty names native calls and addresses: "recvAddress(..) failed with error(-104): Connection reset by peer: /10.0.0.3:7700"
        for (String phrase : new String[] {"Connection reset", "Connection refused", "Connection timed out", "Broken pipe", "No route to host",
            "Network is unreachable"}) {
            if (text.contains(phrase)) {
                return phrase.toLowerCase(Locale.ROOT);
            }
        }
        return text;
    }

    private static <T extends Throwable> T find(Throwable cause, Class<T> type) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }
}
