package io.muster.rest.database;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** How long a service waits for a database that says nothing. */
public interface PoolLimits {

  /** After which the server gives up a statement, or a transaction in which nothing happens. */
  @WithDefault("30s")
  @DurationMin(seconds = 1)
  Duration statementTimeout();

  /** How long the network may take to open a connection. */
  @WithDefault("5s")
  @DurationMin(millis = 100)
  Duration connectTimeout();

  /** How long a request waits for one of the pool's connections before it gets 503. */
  @WithDefault("5s")
  @DurationMin(millis = 100)
  Duration acquisitionTimeout();

  /** How long the readiness check waits for an answer. */
  @WithDefault("3s")
  @DurationMin(millis = 100)
  Duration readinessTimeout();
}
