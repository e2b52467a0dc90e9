package io.muster.rest.tls;

import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TCPSSLOptions;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * This service's own certificates, when the installation gives it some: one towards other services
 * ({@code muster.services.certificate}, {@code muster.services.key}), one towards the database
 * ({@code muster.services.database-certificate}, {@code muster.services.database-key}), whose names
 * are given out by somebody else. Stateless.
 *
 * <p>It is asked for where a connection's options are made, which is outside of beans as well.
 */
public final class OwnCertificate {
  private static final String PREFIX = "muster.services.";

  private OwnCertificate() {}

  /**
   * Shows it on connections with these options to a service that asks for one; does nothing without
   * one.
   *
   * @throws IllegalArgumentException when the files cannot be used, or one of both is not set
   */
  public static void show(TCPSSLOptions options) {
    show(options, PREFIX + "certificate", PREFIX + "key");
  }

  /** The same towards the database. */
  public static void showToDatabase(TCPSSLOptions options) {
    show(options, PREFIX + "database-certificate", PREFIX + "database-key");
  }

  private static void show(TCPSSLOptions options, String certificateSetting, String keySetting) {
    var certificate = file(certificateSetting);
    var key = file(keySetting);
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          certificateSetting + " and " + keySetting + " go together");
    }
    certificate.ifPresent(
        chain ->
            options.setKeyCertOptions(
                KeyCertOptions.wrap(new RenewedKeyManager(chain, key.orElseThrow()))));
  }

  private static Optional<Path> file(String setting) {
    return ConfigProvider.getConfig()
        .getOptionalValue(setting, String.class)
        .filter(text -> !text.isBlank())
        .map(Path::of);
  }
}
