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
   * How long a body may be that says its length. One that does not is ended by the server at 256
   * KiB, or there when that is more, with the status 413 and no words.
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
