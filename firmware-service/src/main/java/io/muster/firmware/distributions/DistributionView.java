package io.muster.firmware.distributions;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A distribution as callers see it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Distribution")
public record DistributionView(
    UUID id,
    String name,
    String version,
    List<String> deviceTypes,
    String releaseNotes,
    List<ModuleView> modules,
    boolean released,
    Instant createdAt,
    String createdBy,
    Instant releasedAt,
    String releasedBy,
    Instant withdrawnAt,
    String withdrawnBy) {

  static DistributionView of(Distribution it) {
    return new DistributionView(
        it.id(),
        it.name(),
        it.version(),
        it.deviceTypes(),
        it.releaseNotes(),
        it.modules().stream().map(ModuleView::of).toList(),
        it.isReleased(),
        it.createdAt(),
        it.createdBy(),
        it.releasedAt(),
        it.releasedBy(),
        it.withdrawnAt(),
        it.withdrawnBy());
  }
}
