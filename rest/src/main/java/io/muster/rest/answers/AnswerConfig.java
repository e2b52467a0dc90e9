package io.muster.rest.answers;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** For how long the registry's answers are believed. */
public interface AnswerConfig {

  /** How long an answer is used again without asking (at most a minute). */
  @WithDefault("60s")
  @DurationMin(millis = 0)
  @DurationMax(seconds = 60)
  Duration freshFor();

  /** How long an answer is used again while the registry is away (at most an hour). */
  @WithDefault("1h")
  @DurationMin(millis = 0)
  @DurationMax(hours = 1)
  Duration staleFor();

  /**
   * How long a refusal is used again; it only takes the edge off clients that knock without end.
   */
  @WithDefault("2s")
  @DurationMin(millis = 0)
  @DurationMax(seconds = 10)
  Duration refusedFor();

  /** With the registry away, how long until it is asked again about the same client. */
  @WithDefault("5s")
  @DurationMin(millis = 100)
  Duration recheckAfter();
}
