package io.ssi.core.net.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.trust.ClusterKey;
import io.ssi.core.trust.ClusterTrust;
import javax.net.ssl.SSLException;

/** TLS 1.3 of the JDK, with this process's certificate, for both sides. */
final class Tls {
    private static final String PROTOCOL = "TLSv1.3";

    private final SslContext dialling;
    private final SslContext accepting;

    Tls(ClusterKey key, String nodeName) {
        ClusterTrust trust = new ClusterTrust(key);
        ClusterTrust.Identity identity = trust.newIdentity(nodeName);
        try {
            // No host name is compared: the certificate says who holds the key, not which host it is.
            dialling = SslContextBuilder.forClient().sslProvider(SslProvider.JDK).protocols(PROTOCOL)
                    .keyManager(identity.key(), identity.certificate()).trustManager(trust.trustManager()).endpointIdentificationAlgorithm(null).build();
            accepting = SslContextBuilder.forServer(identity.key(), identity.certificate()).sslProvider(SslProvider.JDK).protocols(PROTOCOL)
                    .clientAuth(ClientAuth.REQUIRE).trustManager(trust.trustManager()).build();
        } catch (SSLException e) {
            throw new SsiException(ErrorCode.CANNOT_START, "this JDK has no " + PROTOCOL + ": " + e.getMessage() + "; use a complete JDK 25", e);
        }
    }

    SslHandler handler(ByteBufAllocator allocator, boolean dialled) {
        return (dialled ? dialling : accepting).newHandler(allocator);
    }
}
