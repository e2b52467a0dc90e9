package io.muster.issuer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A server that the issuer's own authority vouches for.
 *
 * @param authority PEM file
 */
public record CertificatesForTests(Path authority, SSLContext server) {
  private static final char[] PASSWORD = "test".toCharArray();

  public static CertificatesForTests make(Path folder, String name)
      throws IOException, GeneralSecurityException {
    var made = Authority.fresh("test", Instant.now());
    var leaf =
        Authority.of(made.get(Authority.CERTIFICATE), made.get(Authority.KEY))
            .sign(List.of(name), Instant.now());
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    var key =
        Base64.getMimeDecoder().decode(leaf.get(Authority.KEY).replaceAll("-----.*-----", ""));
    store.setKeyEntry(
        "server",
        KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)),
        PASSWORD,
        new Certificate[] {certificate(leaf.get(Authority.CERTIFICATE))});
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    var tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), null, null);
    return new CertificatesForTests(
        Files.writeString(folder.resolve("ca.crt"), leaf.get(Authority.AUTHORITY)), tls);
  }

  private static Certificate certificate(String pem) throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }
}
