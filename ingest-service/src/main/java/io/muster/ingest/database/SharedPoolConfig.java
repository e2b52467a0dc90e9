package io.muster.ingest.database;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** How long the pool that the service shares waits for a database that says nothing. */
@ConfigMapping(prefix = "muster.database.pool")
public interface SharedPoolConfig {

  /** After which the server gives up a statement, or a transaction in which nothing happens. */
  @WithDefault("60s")
  @DurationMin(seconds = 1)
  Duration statementTimeout();

  /** How long the network may take to open a connection. */
  @WithDefault("5s")
  @DurationMin(millis = 100)
  Duration connectTimeout();

  /**
   * How long the network may swallow what was sent before the socket is given up; only with
   * Quarkus' native transport.
   */
  @WithDefault("15s")
  @DurationMin(seconds = 1)
  Duration unacknowledged();
}
