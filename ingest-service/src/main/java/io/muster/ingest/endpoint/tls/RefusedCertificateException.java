package io.muster.ingest.endpoint.tls;

import java.security.cert.CertificateException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** A client's certificate that is not taken in the handshake; its message is a label. */
public final class RefusedCertificateException extends CertificateException {
  private static final long serialVersionUID = 1L;
  private static final int CAUSES_LOOKED_AT = 10;

  RefusedCertificateException(String label) {
    super(label);
  }

  /** Strangers cause it, and its place says nothing. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }

  /** Why a handshake failed, for logs and counters; one of a few. */
  public static String label(SSLException failure) {
    return Stream.<Throwable>iterate(failure, it -> it != null, Throwable::getCause)
        .limit(CAUSES_LOOKED_AT)
        .filter(RefusedCertificateException.class::isInstance)
        .map(Throwable::getMessage)
        .findFirst()
        .orElse("tls");
  }
}
