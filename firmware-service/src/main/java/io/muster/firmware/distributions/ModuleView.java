package io.muster.firmware.distributions;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.firmware.artifacts.ArtifactView;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A software module as callers see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "SoftwareModule")
public record ModuleView(
    UUID id,
    String name,
    String version,
    String type,
    String releaseNotes,
    List<ArtifactView> artifacts,
    Instant createdAt,
    String createdBy) {

  static ModuleView of(SoftwareModule it) {
    return new ModuleView(
        it.id(),
        it.name(),
        it.version(),
        it.type().label(),
        it.releaseNotes(),
        it.artifacts().stream().map(ArtifactView::of).toList(),
        it.createdAt(),
        it.createdBy());
  }
}
