package io.muster.registry.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PresenceWordTest {
  private static Optional<PresenceStatus> read(String payload) {
    return PresenceWord.read(payload.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"online", " online\n", "\"online\"", "{\"status\":\"online\",\"x\":1}"})
  void isUnderstoodAsTextAndAsJson(String payload) {
    assertEquals(Optional.of(PresenceStatus.ONLINE), read(payload));
    assertEquals(Optional.of(PresenceStatus.OFFLINE), read(payload.replace("online", "offline")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ONLINE",
        "unknown",
        "\"unknown\"",
        "null",
        "1",
        "{}",
        "[\"online\"]",
        "{\"status\":{\"status\":\"online\"}}",
        "{\"status\":1}",
        "{\"status\":\"online\"",
        "\u0000",
        "true"
      })
  void anythingElseSaysNothing(String payload) {
    assertEquals(Optional.empty(), read(payload));
  }

  @Test
  void whatIsTooLongSaysNothing() {
    assertEquals(Optional.empty(), read("online" + " ".repeat(5_000)));
  }

  @Test
  void bytesThatAreNoTextSayNothing() {
    assertEquals(Optional.empty(), PresenceWord.read(new byte[] {(byte) 0xff, 0, 1, 2}));
  }
}
