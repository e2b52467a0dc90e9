package io.muster.firmware.rollouts;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How many devices get their update in a minute. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "RolloutRate")
record RateBody(
    @NotNull @Schema(description = "The most in a minute") Integer perMinute,
    @Valid @Schema(description = "How it begins; with the most when absent") RampBody ramp) {

  /**
   * An exponential beginning.
   *
   * @param every null for 10 times the first rate
   * @param counted null for {@code given}
   */
  @RegisterForReflection
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @Schema(name = "RolloutRamp")
  record RampBody(
      @NotNull @Schema(description = "The most in a minute at first") Integer perMinute,
      @NotNull @Schema(description = "By which it grows, above 1") Double factor,
      @Schema(
              description =
                  "After how many devices it grows, again and again; 10 times the first rate when"
                      + " absent")
          Integer every,
      @Schema(
              description =
                  "Which devices count: given, those that were given it, or finished, those that"
                      + " have it; given when absent")
          String counted) {}
}
