package io.muster.ingest.endpoint.tls;

import io.muster.ingest.endpoint.EndpointConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Makes the endpoint's TLS context of PEM files. Stateless. */
public final class ServerTls {
  private ServerTls() {}

  /**
   * TLS 1.2 and 1.3 with the JDK's ciphers.
   *
   * @return empty when no certificate is configured or the port is off
   * @throws IllegalStateException when a file is missing or not what it should be; the message says
   *     which
   */
  public static Optional<SslContext> context(EndpointConfig.Tls config) {
    if (config.port() < 0 || config.certificate().isEmpty()) {
      return Optional.empty();
    }
    var certificate = readable(config.certificate().get(), "certificate");
    var key =
        readable(
            config
                .key()
                .orElseThrow(() -> new IllegalStateException("muster.endpoint.tls.key is not set")),
            "key");
    try {
      return Optional.of(
          SslContextBuilder.forServer(certificate.toFile(), key.toFile())
              .sslProvider(SslProvider.JDK)
              .protocols("TLSv1.3", "TLSv1.2")
              .build());
    } catch (SSLException | IllegalArgumentException wrong) {
      throw new IllegalStateException(
          "%s and %s are no PEM certificate and PKCS 8 key".formatted(certificate, key), wrong);
    }
  }

  private static Path readable(Path file, String what) {
    if (!Files.isReadable(file)) {
      throw new IllegalStateException("the TLS %s %s cannot be read".formatted(what, file));
    }
    return file;
  }
}
