package io.muster.registry.provisioning;

import io.muster.registry.limits.MinuteCounts;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.UUID;

/**
 * How often may be asked with one claim token, and from one address. Only requests with a token
 * that holds are counted; counted at each instance. Thread-safe.
 */
@ApplicationScoped
class ProvisioningRate {
  private final ProvisioningSettings settings;
  private final MinuteCounts byClaim;
  private final MinuteCounts byAddress;

  ProvisioningRate(ProvisioningSettings settings, Clock clock) {
    this.settings = settings;
    this.byClaim = new MinuteCounts(clock);
    this.byAddress = new MinuteCounts(clock);
  }

  /**
   * Counts a request.
   *
   * @throws io.muster.rest.problem.RefusedException (429) for one too many
   */
  void count(UUID claim, String address) {
    check(
        byClaim.add(claim.toString()),
        settings.requestsPerClaimAndMinute(),
        "requests with a claim token in a minute");
    check(
        byAddress.add(address),
        settings.requestsPerAddressAndMinute(),
        "provisioning requests of an address in a minute");
  }

  private static void check(int count, int most, String limit) {
    if (count > most) {
      throw new Refusal.LimitReached(limit, most).asException();
    }
  }
}
