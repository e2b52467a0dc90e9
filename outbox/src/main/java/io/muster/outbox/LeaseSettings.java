package io.muster.outbox;

import java.time.Duration;

/**
 * How an ordinal is leased.
 *
 * @param lease how long it stays with an instance that has fallen silent
 * @param renewal how often it is renewed; at most a third of the lease, so that one lost renewal
 *     does no harm
 * @param databaseTimeout for each statement
 */
public record LeaseSettings(Duration lease, Duration renewal, Duration databaseTimeout) {
  public LeaseSettings {
    if (!renewal.isPositive() || !databaseTimeout.isPositive()) {
      throw new IllegalArgumentException("durations of a lease are positive");
    }
    if (lease.compareTo(renewal.multipliedBy(3)) < 0) {
      throw new IllegalArgumentException("a lease lasts at least three renewals");
    }
  }

  public static LeaseSettings defaults() {
    return new LeaseSettings(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(5));
  }
}
