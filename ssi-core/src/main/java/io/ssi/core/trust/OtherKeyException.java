package io.ssi.core.trust;

import java.security.cert.CertificateException;

/** The peer's certificate was not signed by this cluster's authority. */
public final class OtherKeyException extends CertificateException {
    public OtherKeyException(String message) {
        super(message);
    }
}
