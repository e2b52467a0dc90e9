package io.muster.firmware.distributions;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Modules that devices get together. But for its release, and that this is withdrawn, it never
 * changes.
 *
 * @param key inside of this service
 * @param deviceTypes that it fits; empty: all
 * @param releaseNotes or null
 * @param releasedAt since when devices may get it, or null
 * @param withdrawnAt since when they may not any more, or null
 */
public record Distribution(
    long key,
    UUID id,
    String name,
    String version,
    List<String> deviceTypes,
    String releaseNotes,
    List<SoftwareModule> modules,
    Instant createdAt,
    String createdBy,
    Instant releasedAt,
    String releasedBy,
    Instant withdrawnAt,
    String withdrawnBy) {
  public Distribution {
    deviceTypes = List.copyOf(deviceTypes);
    modules = List.copyOf(modules);
  }

  /** Whether somebody deleted it: its name and version alone are left, without a module. */
  public boolean isDeleted() {
    return modules.isEmpty();
  }

  /** Whether devices may get it. */
  public boolean isReleased() {
    return releasedAt != null && !isWithdrawn();
  }

  /** Whether nobody is to get it any more; who has it keeps it. */
  public boolean isWithdrawn() {
    return withdrawnAt != null;
  }
}
