package io.muster.registry.provisioning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ProvisioningRateTest {
  private static final UUID CLAIM = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);
  private static final String HERE = "192.0.2.1";
  private static final String ELSEWHERE = "192.0.2.2";

  private Instant now = Instant.parse("2026-03-01T12:00:00Z");

  private ProvisioningRate rate(int perClaim, int perAddress) {
    var settings =
        new SmallRyeConfigBuilder()
            .withConverter(Duration.class, 200, new DurationConverter())
            .withMapping(ProvisioningSettings.class)
            .withDefaultValues(
                Map.of(
                    "muster.registry.provisioning.requests-per-claim-and-minute",
                    Integer.toString(perClaim),
                    "muster.registry.provisioning.requests-per-address-and-minute",
                    Integer.toString(perAddress)))
            .build()
            .getConfigMapping(ProvisioningSettings.class);
    return new ProvisioningRate(settings, new MovingClock());
  }

  private final class MovingClock extends Clock {
    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  private static void assertLimited(ProvisioningRate rate, UUID claim, String address, int most) {
    var refused = assertThrows(RefusedException.class, () -> rate.count(claim, address));
    assertEquals(most, assertInstanceOf(Refusal.LimitReached.class, refused.refusal()).value());
  }

  @Test
  void aClaimTokenHasAsManyRequestsInAMinuteWhereverTheyComeFrom() {
    var rate = rate(2, 100);
    rate.count(CLAIM, HERE);
    rate.count(CLAIM, ELSEWHERE);
    assertLimited(rate, CLAIM, HERE, 2);
    rate.count(OTHER, HERE);
    now = now.plusSeconds(60);
    rate.count(CLAIM, HERE);
  }

  @Test
  void anAddressHasAsManyWhateverTokensItShows() {
    var rate = rate(100, 2);
    rate.count(CLAIM, HERE);
    rate.count(OTHER, HERE);
    assertLimited(rate, CLAIM, HERE, 2);
    rate.count(CLAIM, ELSEWHERE);
  }
}
