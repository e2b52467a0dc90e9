package io.muster.rest.tls;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** What services show each other beside their tokens. */
@ConfigMapping(prefix = "muster.services")
interface ServicesConfig {
  /**
   * The service's own certificate chain in PEM, shown to other services and the broker; a renewed
   * one is used from the next full handshake on. With {@link #key()}.
   */
  Optional<Path> certificate();

  /** Its key: PKCS #8 in PEM, not encrypted. */
  Optional<Path> key();

  /** The chain shown to the database; with {@link #databaseKey()}. */
  Optional<Path> databaseCertificate();

  /** Its key, as {@link #key()}. */
  Optional<Path> databaseKey();

  /**
   * Whose certificates callers of {@code /internal} must show, in PEM; needs HTTPS. Without it
   * tokens alone say who calls.
   */
  Optional<Path> clientAuthority();
}
