package io.muster.registry.limits;

import io.muster.rest.problem.Refusal;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Clock;

/**
 * Who fails to show who it is again and again from one address is not listened to for the rest of
 * the minute. There is nothing to guess in 256 random bits; it is the database that is spared.
 * Counted at each instance. Thread-safe.
 */
@ApplicationScoped
public class AttemptLimit {
  /** Devices that call the REST interface themselves. */
  @ConfigMapping(prefix = "muster.registry.device-logins")
  interface Settings {
    /** How many failures from one address are answered in a minute, at one instance. */
    @WithDefault("60")
    @Min(1) @Max(100_000) int failuresPerAddressAndMinute();
  }

  private final Settings settings;
  private final MinuteCounts failures;

  AttemptLimit(Settings settings, Clock clock) {
    this.settings = settings;
    this.failures = new MinuteCounts(clock);
  }

  /**
   * @throws io.muster.rest.problem.RefusedException (429) after too many failures
   */
  public void check(String address) {
    if (failures.of(address) >= settings.failuresPerAddressAndMinute()) {
      throw new Refusal.LimitReached(
              "failed logins of an address in a minute", settings.failuresPerAddressAndMinute())
          .asException();
    }
  }

  /** Counts one. */
  public void failed(String address) {
    failures.add(address);
  }
}
