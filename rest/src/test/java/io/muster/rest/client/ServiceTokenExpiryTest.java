package io.muster.rest.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** It is seen when the service's token ends. */
class ServiceTokenExpiryTest {
  @TempDir Path folder;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private static String token(String payload) {
    var encoder = Base64.getUrlEncoder().withoutPadding();
    return encoder.encodeToString("{}".getBytes(UTF_8))
        + "."
        + encoder.encodeToString(payload.getBytes(UTF_8))
        + ".c2lnbmF0dXJl\n";
  }

  private double said() {
    return meters.get("muster.service.token.expiry").gauge().value();
  }

  private Path watched(String content) throws IOException {
    var file = Files.writeString(folder.resolve("token"), content);
    new ServiceTokenExpiry(meters, Optional.of(file)).watch(new StartupEvent());
    return file;
  }

  @Test
  void aTokenThatIsWrittenAnewIsSeenToEndLater() throws IOException {
    var file = watched(token("{\"exp\":1800000000,\"sub\":\"service:ingest\"}"));
    assertEquals(1_800_000_000, said());
    Files.writeString(file, token("{\"exp\":1800001800}"));
    assertEquals(1_800_001_800, said());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no token", "a.b.c", "a.!.c", "{}.e30.x", "....", "e30.W10.e30"})
  void whatIsNoneHasEnded(String content) throws IOException {
    watched(content);
    assertEquals(0, said());
  }

  @Test
  void oneThatIsGoneHasEnded() throws IOException {
    Files.delete(watched(token("{\"exp\":1800000000}")));
    assertEquals(0, said());
  }

  @Test
  void withoutOneNothingIsSaid() {
    new ServiceTokenExpiry(meters, Optional.empty()).watch(new StartupEvent());
    assertTrue(meters.getMeters().isEmpty());
  }
}
