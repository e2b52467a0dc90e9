package io.muster.firmware.rollouts;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a rollout would be like. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "RolloutForecast")
record ForecastView(
    long devices,
    @Schema(description = "Those that would get it") long fitting,
    @Schema(description = "Those that would, were they not disabled") long disabled,
    @Schema(description = "Of types that the distribution does not fit") long incompatible,
    @Schema(description = "Listed, and the registry does not have them") long unknown,
    List<GroupView> groups,
    @Schema(description = "What is assumed of one device, from being given it to having it")
        Duration update,
    Instant begins,
    @Schema(description = "Absent when that is years away") Instant ends,
    @Schema(description = "From begin to end, ISO-8601") Duration takes) {

  /** A group of it. */
  @Schema(name = "RolloutForecastGroup")
  record GroupView(String name, long devices) {}
}
