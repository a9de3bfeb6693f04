package io.ssi.core.net.netty;

import io.ssi.core.trust.ClusterKey;
import io.ssi.core.trust.ClusterTrust;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** A plain TLS socket of a holder of the key that may send whatever it likes. */
final class TlsClient {
    private TlsClient() {}

    /** Shows a certificate made with one key and accepts those made with another. */
    static Socket connect(ClusterKey shown, ClusterKey accepted, InetSocketAddress to) throws Exception {
        ClusterTrust trust = new ClusterTrust(accepted);
        ClusterTrust.Identity identity = new ClusterTrust(shown).newIdentity("client");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("me", identity.key(), new char[0], new Certificate[] {identity.certificate()});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(keys.getKeyManagers(), new TrustManager[] {trust.trustManager()}, null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(to.getAddress(), to.getPort());
        socket.startHandshake();
        return socket;
    }
}
