package io.muster.rest.tls;

import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TCPSSLOptions;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What a server beside Quarkus' own shows: the certificate and the key of two PEM files (PKCS #8,
 * not encrypted). They are looked at in each handshake, so what is renewed is shown from the next
 * one on; files that cannot be used leave the last certificate in place. Thread-safe.
 */
public final class ServerCertificate {
  private final RenewedKeyManager keys;

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException when they cannot be used; the message says why
   */
  public ServerCertificate(Path certificate, Path key) {
    this.keys = new RenewedKeyManager(certificate, key);
  }

  /** A server with these options shows it. */
  public void show(TCPSSLOptions options) {
    options.setKeyCertOptions(KeyCertOptions.wrap(keys));
  }

  /** When it ends; of the renewed one, as soon as that can be used. */
  public Instant notAfter() {
    return keys.notAfter();
  }
}
