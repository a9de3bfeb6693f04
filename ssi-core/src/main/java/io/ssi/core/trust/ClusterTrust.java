package io.ssi.core.trust;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import java.math.BigInteger;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.KeyPair;
import java.security.AlgorithmParameters;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The authority that all holders of one key share. Immutable, thread-safe. */
public final class ClusterTrust {
    private static final String CURVE = "secp256r1";
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final X500Name AUTHORITY = new X500NameBuilder().addRDN(BCStyle.CN, "ssi cluster").build();
    private static final Date FROM = Date.from(Instant.parse("2020-01-01T00:00:00Z"));
    private static final Date TO = Date.from(Instant.parse("2120-01-01T00:00:00Z"));

    /** A key pair of this process and the authority's signature on it. */
    public record Identity(PrivateKey key, X509Certificate certificate) {}

    private final PrivateKey authorityPrivate;
    private final PublicKey authorityPublic;

    public ClusterTrust(ClusterKey key) {
        try {
            X9ECParameters curve = SECNamedCurves.getByName(CURVE);
            // 48 bytes for a 32-byte order: the remainder is as good as uniform (FIPS 186-5, A.2.1).
            BigInteger scalar = new BigInteger(1, key.derive("authority P-256 v1", 48)).mod(curve.getN().subtract(BigInteger.ONE)).add(BigInteger.ONE);
            org.bouncycastle.math.ec.ECPoint point = curve.getG().multiply(scalar).normalize();
            AlgorithmParameters named = AlgorithmParameters.getInstance("EC");
            named.init(new ECGenParameterSpec(CURVE));
            ECParameterSpec parameters = named.getParameterSpec(ECParameterSpec.class);
            KeyFactory factory = KeyFactory.getInstance("EC");
            authorityPrivate = factory.generatePrivate(new ECPrivateKeySpec(scalar, parameters));
            authorityPublic = factory.generatePublic(new ECPublicKeySpec(
                    new ECPoint(point.getAffineXCoord().toBigInteger(), point.getAffineYCoord().toBigInteger()), parameters));
        } catch (GeneralSecurityException e) {
            throw cannot(e);
        }
    }

    /** A fresh certificate for this process. */
    public Identity newIdentity(String nodeName) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE));
            KeyPair pair = generator.generateKeyPair();
            X500Name subject = new X500NameBuilder().addRDN(BCStyle.CN, nodeName).build();
            BigInteger serial = new BigInteger(120, new SecureRandom()).add(BigInteger.ONE);
            X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(
                    new JcaX509v3CertificateBuilder(AUTHORITY, serial, FROM, TO, subject, pair.getPublic())
                            .build(new JcaContentSignerBuilder(SIGNATURE).build(authorityPrivate)));
            return new Identity(pair.getPrivate(), certificate);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw cannot(e);
        }
    }

    /** Throws {@link OtherKeyException} unless this authority signed the certificate. */
    public void check(X509Certificate[] chain) throws OtherKeyException {
        if (chain == null || chain.length == 0) {
            throw new OtherKeyException("no certificate was offered");
        }
        try {
            chain[0].verify(authorityPublic);
        } catch (GeneralSecurityException e) {
            throw new OtherKeyException("the certificate of \"" + chain[0].getSubjectX500Principal().getName() + "\" was made with another cluster key");
        }
    }

    /** For TLS: {@link #check} for both sides, no host names. */
    public X509ExtendedTrustManager trustManager() {
        return new Checker();
    }

    private final class Checker extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws OtherKeyException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws OtherKeyException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws OtherKeyException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws OtherKeyException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws OtherKeyException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws OtherKeyException {
            check(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static SsiException cannot(Exception e) {
        return new SsiException(ErrorCode.CANNOT_START, "this JDK cannot make the node's certificate: " + e + "; use a complete JDK 25", e);
    }
}
