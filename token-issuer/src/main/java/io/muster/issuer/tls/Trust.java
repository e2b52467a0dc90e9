package io.muster.issuer.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Whom a client believes. */
public final class Trust {
  private Trust() {}

  /**
   * A context that believes the authorities in a PEM file and no others.
   *
   * @param authorities null or blank for those that the JDK believes
   * @throws IOException when the file cannot be read or holds no certificates
   */
  public static SSLContext of(String authorities) throws IOException {
    try {
      if (authorities == null || authorities.isBlank()) {
        return SSLContext.getDefault();
      }
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      try (var file = Files.newInputStream(Path.of(authorities))) {
        for (var authority : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
          store.setCertificateEntry("authority-" + store.size(), authority);
        }
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      var tls = SSLContext.getInstance("TLS");
      tls.init(null, trust.getTrustManagers(), null);
      return tls;
    } catch (GeneralSecurityException e) {
      throw new IOException(authorities + " holds no certificates", e);
    }
  }
}
