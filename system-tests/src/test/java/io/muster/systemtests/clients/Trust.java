package io.muster.systemtests.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** What a client written in Java is told to trust, and shows. */
public final class Trust {
  private Trust() {}

  /**
   * Trusts what an authority has signed.
   *
   * @param authority PEM
   */
  public static TrustManagerFactory of(Path authority)
      throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var file = Files.newInputStream(authority)) {
      store.setCertificateEntry(
          "authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }

  static SSLSocketFactory sockets(Login login) throws Exception {
    var context = SSLContext.getInstance("TLS");
    var own =
        login.certificate().isPresent() ? login.certificate().get().keys().getKeyManagers() : null;
    context.init(own, of(login.authority().orElseThrow()).getTrustManagers(), null);
    return context.getSocketFactory();
  }
}
