package io.muster.rest.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * When this service's own token ends, as a metric. Whoever writes it anew may have stopped doing
 * so: that shows long before others refuse it. The file is read each time that somebody asks.
 * Thread-safe.
 */
@ApplicationScoped
public class ServiceTokenExpiry {
  private static final int PARTS_OF_A_TOKEN = 3;

  private final MeterRegistry meters;
  private final Optional<Path> file;
  private final ObjectMapper json = new ObjectMapper();

  ServiceTokenExpiry(
      MeterRegistry meters,
      @ConfigProperty(name = "muster.service-token-file") Optional<Path> file) {
    this.meters = meters;
    this.file = file;
  }

  void watch(@Observes StartupEvent started) {
    file.ifPresent(
        watched ->
            Gauge.builder("muster.service.token.expiry", () -> endOf(watched))
                .description("When this service's token ends, since 1970; 0 without a readable one")
                .baseUnit("seconds")
                .register(meters));
  }

  /** RFC 7519 §4.1.4; the signature is for others to look at. */
  private double endOf(Path watched) {
    try {
      var parts = Files.readString(watched).strip().split("[.]");
      if (parts.length != PARTS_OF_A_TOKEN) {
        return 0;
      }
      return json.readTree(Base64.getUrlDecoder().decode(parts[1])).path("exp").asDouble(0);
    } catch (IOException | IllegalArgumentException unreadable) {
      return 0;
    }
  }
}
