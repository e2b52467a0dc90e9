package io.muster.localstack.simulate;

import java.util.List;
import java.util.random.RandomGenerator;

/** Payloads that no endpoint can understand, as broken devices send them. */
final class BadPayload {
  private static final List<String> KINDS =
      List.of(
          "",
          "{\"temperature\":21.",
          "temperature=21.5",
          "{\"temperature\":NaN}",
          "{\"temperature\":{\"value\":21.5}}",
          "{\"ts\":\"0001-01-01T00:00:00Z\",\"temperature\":21.5}",
          "{\"ts\":\"2999-01-01T00:00:00Z\",\"temperature\":21.5}",
          "\u0000\u0001\u0002");

  private BadPayload() {}

  static String any(RandomGenerator random) {
    return KINDS.get(random.nextInt(KINDS.size()));
  }
}
