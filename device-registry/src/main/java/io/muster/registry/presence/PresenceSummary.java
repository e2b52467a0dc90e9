package io.muster.registry.presence;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Whether a device is there, as it is shown with the device.
 *
 * @param status {@code online}, {@code offline}, or {@code unknown} when it was never heard of
 * @param since when it came or went, or null
 * @param lastSeen when it was last heard of, or null; up to a minute behind
 */
@Schema(name = "PresenceSummary")
public record PresenceSummary(
    @Schema(examples = "online") String status,
    @Schema(nullable = true) Instant since,
    @Schema(nullable = true) Instant lastSeen) {
  /** Of a device that was never heard of. */
  public static final PresenceSummary NEVER_HEARD =
      new PresenceSummary(PresenceStatus.UNKNOWN.label(), null, null);

  /**
   * @param storedStatus of the row, or null
   */
  public static PresenceSummary of(String storedStatus, Instant since, Instant lastSeen) {
    return new PresenceSummary(PresenceStatus.stored(storedStatus).label(), since, lastSeen);
  }
}
