package io.muster.registry.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttemptLimitTest {
  private static final String HERE = "192.0.2.1";
  private static final String ELSEWHERE = "192.0.2.2";

  private Instant now = Instant.parse("2026-03-01T12:00:00Z");

  private AttemptLimit limit(Map<String, String> settings) {
    var config =
        new SmallRyeConfigBuilder()
            .withMapping(AttemptLimit.Settings.class)
            .withDefaultValues(settings)
            .build()
            .getConfigMapping(AttemptLimit.Settings.class);
    return new AttemptLimit(config, ((InstantSource) () -> now).withZone(ZoneOffset.UTC));
  }

  private static void fail(AttemptLimit limit, String address, int times) {
    for (int i = 0; i < times; i++) {
      limit.check(address);
      limit.failed(address);
    }
  }

  private static void assertLimited(AttemptLimit limit, String address, int most) {
    var refused = assertThrows(RefusedException.class, () -> limit.check(address));
    assertEquals(most, assertInstanceOf(Refusal.LimitReached.class, refused.refusal()).value());
  }

  @Test
  void afterSixtyFailuresAnAddressIsNotListenedToForTheRestOfTheMinute() {
    var limit = limit(Map.of());
    fail(limit, HERE, 60);
    // Whoever asks is refused before anything that it shows is looked at.
    assertLimited(limit, HERE, 60);
    now = now.plusSeconds(59);
    assertLimited(limit, HERE, 60);
    now = now.plusSeconds(1);
    limit.check(HERE);
  }

  @Test
  void anotherAddressIsListenedTo() {
    var limit = limit(Map.of());
    fail(limit, HERE, 60);
    fail(limit, ELSEWHERE, 59);
    limit.check(ELSEWHERE);
  }

  @Test
  void whatIsRightIsNotCounted() {
    var limit = limit(Map.of());
    for (int i = 0; i < 200; i++) {
      limit.check(HERE);
    }
    fail(limit, HERE, 60);
    assertLimited(limit, HERE, 60);
  }

  @Test
  void howManyItAreIsASetting() {
    var limit = limit(Map.of("muster.registry.device-logins.failures-per-address-and-minute", "2"));
    fail(limit, HERE, 2);
    assertLimited(limit, HERE, 2);
  }
}
