package io.muster.command.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How many devices get a job's command in a minute. */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record RateBody(
    @NotNull @Schema(description = "The most in a minute") Integer perMinute,
    @Valid @Schema(description = "How it begins; with the most when absent") RampBody ramp) {

  /**
   * An exponential beginning.
   *
   * @param every null for 10 times the first rate
   * @param counted null for {@code released}
   */
  @RegisterForReflection
  @JsonInclude(JsonInclude.Include.NON_NULL)
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
                  "Which devices count: released, those that were given the command, or done, those"
                      + " that did what they were told; released when absent")
          String counted) {}
}
