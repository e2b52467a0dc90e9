package io.muster.firmware.ddi;

import io.muster.rest.answers.AnswerConfig;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** What is remembered of proofs. */
public interface ProofsConfig extends AnswerConfig {

  /**
   * The most proofs that are remembered: those that hold, and those that do not; 500 bytes each.
   */
  @WithDefault("50000")
  @Min(1) @Max(1_000_000) int remembered();

  /**
   * How long a proof that held is known as a device's, which bans of its address do not concern.
   */
  @WithDefault("1D")
  @DurationMin(millis = 0)
  @DurationMax(days = 30)
  Duration knownFor();
}
