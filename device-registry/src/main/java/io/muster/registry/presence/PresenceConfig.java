package io.muster.registry.presence;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** Which devices are there. */
@ConfigMapping(prefix = "muster.registry.presence")
interface PresenceConfig {

  /** Within which a device is heard of whose type says nothing else. */
  @WithDefault("30S")
  @DurationMin(seconds = 1)
  Duration heartbeat();

  /** After how many that stay away it counts as silent. */
  @WithDefault("3")
  @Min(1) @Max(100) int missedHeartbeats();

  /** How often it is looked which devices have fallen silent. */
  @WithDefault("5S")
  @DurationMin(millis = 50)
  Duration interval();

  /** The least time until it is looked at the same device again. */
  @WithDefault("15S")
  @DurationMin(millis = 50)
  Duration lookAgainAfter();

  /** How many devices are looked at in one transaction. */
  @WithDefault("500")
  @Min(1) @Max(5_000) int batch();

  /** How many changes of each device are remembered. */
  @WithDefault("50")
  @Min(1) @Max(1_000) int history();

  /**
   * After which a replica of the endpoint counts as gone of which neither itself nor another one
   * says that it lives, while others report; its connections have ended then. Much longer than its
   * lease: ingest tells the end of each connection itself, and this is for what was never told.
   */
  @WithDefault("2M")
  @DurationMin(seconds = 1)
  Duration replicaLostAfter();

  /**
   * How long a connection at a broker of others lasts of which nothing is told or heard: longer
   * than {@code muster.registry.emqx.authenticate-again-after}, after which a broker that lives has
   * ended it. It is for what such a broker never told, being killed.
   */
  @WithDefault("70M")
  @DurationMin(seconds = 1)
  Duration lostElsewhereAfter();

  /** How long it is known of a connection that it has ended, in case something of it comes late. */
  @WithDefault("24H")
  @DurationMin(seconds = 1)
  Duration rememberEndedFor();

  /** What follows from it. */
  default PresenceRules rules() {
    return new PresenceRules(
        new Silence(heartbeat(), missedHeartbeats(), lookAgainAfter()),
        history(),
        lostElsewhereAfter());
  }
}
