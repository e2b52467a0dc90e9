package io.muster.firmware.database;

import io.muster.rest.database.PoolLimits;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;

/** How long the service waits for a database that says nothing. */
@ConfigMapping(prefix = "muster.firmware.database")
public interface PoolConfig extends PoolLimits {

  /** How long a whole transaction may take, from asking for a connection on. */
  @WithDefault("10s")
  @DurationMin(millis = 100)
  Duration transactionTimeout();
}
