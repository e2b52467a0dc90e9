package io.muster.contract.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.contract.id.DeviceAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/**
 * {@code POST /internal/v1/presence/activity}: of which devices a replica of the endpoint has heard
 * lately. A device is in one report now and then and not for each of its messages.
 *
 * @param replica the replica's name, for people
 * @param bootId drawn at its start
 * @param completeUntil all that this replica heard up to then has been reported, this report
 *     included; null while others follow that belong to it
 * @param aliveBoots the replicas that may hold connections, as far as their common database knows;
 *     null when it was not asked
 * @param heard at most {@value #MAX_HEARD}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ActivityReport(
    String replica, UUID bootId, Instant completeUntil, List<UUID> aliveBoots, List<Heard> heard) {
  /** The most devices in one report: it stays below 64 KiB with the longest names. */
  public static final int MAX_HEARD = 250;

  /**
   * A device that was heard of.
   *
   * @param at when it was last heard of, by the replica's clock
   * @param keepAliveSeconds of its connection; 0 when it has none, or a connection without
   * @param connected whether the replica holds a connection of its own; null when it does not say
   */
  public record Heard(DeviceAddress device, Instant at, int keepAliveSeconds, Boolean connected) {}

  public ActivityReport {
    aliveBoots = aliveBoots == null ? null : copy(aliveBoots);
    heard = heard == null ? List.of() : copy(heard);
  }

  /** Nulls are for the receiver to complain of. */
  private static <T> List<T> copy(List<T> items) {
    return Collections.unmodifiableList(new ArrayList<>(items));
  }
}
