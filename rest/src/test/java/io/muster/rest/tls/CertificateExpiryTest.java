package io.muster.rest.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** It is seen when certificates of a service end. */
class CertificateExpiryTest {
  @TempDir Path folder;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /** An installation's settings; the rest of them is not asked for. */
  private record Own(Optional<Path> certificate, Optional<Path> databaseCertificate)
      implements ServicesConfig {
    @Override
    public Optional<Path> key() {
      return Optional.empty();
    }

    @Override
    public Optional<Path> databaseKey() {
      return Optional.empty();
    }

    @Override
    public Optional<Path> clientAuthority() {
      return Optional.empty();
    }
  }

  private void watch(Optional<Path> services, Optional<Path> database, Optional<Path> server) {
    new CertificateExpiry(meters, new Own(services, database), server.map(List::of))
        .watch(new StartupEvent());
  }

  private double said(String of) {
    return meters.get("muster.service.certificate.expiry").tag("of", of).gauge().value();
  }

  @Test
  void eachIsSeenByItselfAndOneThatIsRenewedIsSeenToEndLater() throws Exception {
    // The JDK's tool makes one for two days.
    Certificates.make(folder, "own");
    var file = folder.resolve("own.crt");
    var renewed = Files.readString(file);
    Files.writeString(file, "not yet written");
    watch(Optional.of(file), Optional.empty(), Optional.of(folder.resolve("absent.crt")));
    assertEquals(0, said("services"));
    assertEquals(0, said("server"));
    assertEquals(2, meters.getMeters().size());

    // With those that vouch for it behind.
    Files.writeString(file, renewed + renewed);
    var left = Duration.between(Instant.now(), Instant.ofEpochSecond((long) said("services")));
    assertTrue(left.toHours() > 40 && left.toHours() < 49, left::toString);
  }

  @Test
  void withoutAnyNothingIsSaid() {
    watch(Optional.empty(), Optional.empty(), Optional.empty());
    assertTrue(meters.getMeters().isEmpty());
  }
}
