package io.muster.command.schedules;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** What a schedule may be like, and how this instance looks after schedules. */
@ConfigMapping(prefix = "muster.command.schedules")
interface SchedulesConfig {

  /** Schedules of one tenant that have not ended. */
  @WithDefault("1000")
  @Min(1) int openPerTenant();

  /** How late a schedule may still fire, when nothing is said. */
  @WithDefault("1H")
  @DurationMin(minutes = 1)
  Duration defaultCatchUp();

  /** The latest that a schedule may ask for. */
  @WithDefault("1D")
  @DurationMin(minutes = 1)
  Duration longestCatchUp();

  /** How far in the future a schedule may fire for the first time. */
  @WithDefault("366D")
  @DurationMin(minutes = 1)
  Duration latestStart();

  /** How often schedules whose time has come are looked for; so late may they fire. */
  @WithDefault("200ms")
  @DurationMin(millis = 5)
  Duration interval();

  /** After which another instance fires a schedule in place of one that fell silent. */
  @WithDefault("10s")
  @DurationMin(millis = 100)
  Duration lease();

  /** After which a firing is tried again that something is in the way of which may pass. */
  @WithDefault("10s")
  @DurationMin(millis = 5)
  Duration tryAgainAfter();

  /** How many of a schedule's firings are kept. */
  @WithDefault("100")
  @Min(1) @Max(10_000) int firingsKept();

  /** How long a schedule is kept after its end. */
  @WithDefault("30D")
  @DurationMin(seconds = 1)
  Duration keepFor();
}
