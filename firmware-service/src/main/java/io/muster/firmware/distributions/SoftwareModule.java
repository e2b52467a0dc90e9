package io.muster.firmware.distributions;

import io.muster.firmware.artifacts.Artifact;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Artifacts that belong together, of a name and a version. It never changes.
 *
 * @param key inside of this service
 * @param releaseNotes or null
 * @param artifacts in their order
 */
public record SoftwareModule(
    long key,
    UUID id,
    String name,
    String version,
    ModuleType type,
    String releaseNotes,
    List<Artifact> artifacts,
    Instant createdAt,
    String createdBy) {
  public SoftwareModule {
    artifacts = List.copyOf(artifacts);
  }
}
