package io.muster.ingest.endpoint.tls;

import io.muster.contract.registry.CertificateBounds;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Takes any client's certificate within bounds: whose it is, the registry says once the client asks
 * to be let in, and the handshake has shown that it holds the key. What is beyond the bounds would
 * cost more than a stranger is worth. Names no authorities, so that a client shows what it has.
 * Thread-safe.
 */
final class DeviceTrust extends X509ExtendedTrustManager {
  private static final X509Certificate[] NONE = {};

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    if (chain.length > CertificateBounds.MAX_CHAIN_CERTIFICATES
        || chain[0].getEncoded().length > CertificateBounds.MAX_CERTIFICATE_BYTES
        || totalBytes(chain) > CertificateBounds.MAX_CHAIN_BYTES) {
      throw new RefusedCertificateException("certificate-too-long");
    }
    if (!CertificateBounds.allows(chain[0].getPublicKey())) {
      throw new RefusedCertificateException("certificate-key");
    }
  }

  private static int totalBytes(X509Certificate[] chain) throws CertificateException {
    int bytes = 0;
    for (var certificate : chain) {
      bytes += certificate.getEncoded().length;
    }
    return bytes;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("this is the server");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return NONE;
  }
}
