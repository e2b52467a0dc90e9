package io.muster.rest.tls;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * When the certificates end that this service shows within an installation, as a metric. Whoever
 * renews them may have stopped doing so: that shows here weeks before services refuse each other.
 * The files are read each time that somebody asks. Thread-safe.
 */
@ApplicationScoped
public class CertificateExpiry {
  private final MeterRegistry meters;
  private final ServicesConfig own;
  private final Optional<List<Path>> served;

  CertificateExpiry(
      MeterRegistry meters,
      ServicesConfig own,
      @ConfigProperty(name = "quarkus.http.ssl.certificate.files") Optional<List<Path>> served) {
    this.meters = meters;
    this.own = own;
    this.served = served;
  }

  void watch(@Observes StartupEvent started) {
    served.ifPresent(files -> watch("server", files.getFirst()));
    own.certificate().ifPresent(file -> watch("services", file));
    own.databaseCertificate().ifPresent(file -> watch("database", file));
  }

  private void watch(String of, Path file) {
    Gauge.builder("muster.service.certificate.expiry", () -> endOf(file))
        .description(
            "When a certificate of this service ends, since 1970; 0 without a readable one")
        .tag("of", of)
        .baseUnit("seconds")
        .register(meters);
  }

  /** The chain's first is the service's own. */
  private static double endOf(Path file) {
    try (var chain = Files.newInputStream(file)) {
      var first = CertificateFactory.getInstance("X.509").generateCertificate(chain);
      return ((X509Certificate) first).getNotAfter().toInstant().getEpochSecond();
    } catch (IOException | CertificateException unreadable) {
      return 0;
    }
  }
}
