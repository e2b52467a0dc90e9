package io.muster.rest.problem;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.Optional;

/** What a request may be like. */
@ConfigMapping(prefix = "muster.requests")
interface RequestLimits {
  /**
   * How long a body may be. One that says that it is longer is refused before it is read, one that
   * does not say so, being chunked, as soon as more of it has come; with 413 both.
   */
  @WithDefault("65536")
  @Min(1024) @Max(1_048_576) int maxBodyBytes();

  /**
   * Which paths take bodies without an end in sight: a regular expression that fits the whole path.
   * They are read as streams, which have limits of their own; the server's {@code
   * quarkus.http.limits.max-body-size} is theirs.
   */
  Optional<String> streamedPaths();
}
