package io.muster.ingest.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SharedPoolTest {

  @Test
  void nothingWaitsForADatabaseWithoutALimit() {
    var config =
        new SmallRyeConfigBuilder()
            .withConverter(Duration.class, 200, new DurationConverter())
            .withMapping(SharedPoolConfig.class)
            .build()
            .getConfigMapping(SharedPoolConfig.class);
    var options = SharedPool.limit(new PgConnectOptions(), config);
    assertEquals("60000", options.getProperties().get("statement_timeout"));
    assertEquals("60000", options.getProperties().get("idle_in_transaction_session_timeout"));
    assertEquals(5_000, options.getConnectTimeout());
    assertTrue(options.isTcpKeepAlive());
  }
}
