package io.muster.registry.presence;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * All that is known of a device's presence.
 *
 * @param status {@code online}, {@code offline}, or {@code unknown} when it was never heard of
 * @param since when it came or went, or null
 * @param reason why, or null
 * @param lastSeen when it was last heard of, or null; up to a minute behind
 * @param heartbeatSeconds within which it is heard of, by its type
 * @param silentAfterSeconds for how long it may be silent before it counts as offline
 * @param connections that last
 * @param history the last changes, the latest first
 */
@Schema(name = "Presence")
record PresenceRepresentation(
    @Schema(examples = "online") String status,
    @Schema(nullable = true) Instant since,
    @Schema(nullable = true) String reason,
    @Schema(nullable = true) Instant lastSeen,
    long heartbeatSeconds,
    long silentAfterSeconds,
    List<Connection> connections,
    List<Change> history) {

  /**
   * A connection that lasts.
   *
   * @param clientIdentifier of MQTT
   * @param since when it began
   * @param replica of the endpoint, or node of a broker of others, that holds it; or null
   */
  @Schema(name = "PresenceConnection")
  record Connection(String clientIdentifier, Instant since, String replica) {}

  /** It came or went. */
  @Schema(name = "PresenceChange")
  record Change(Instant at, String status, String reason) {}
}
