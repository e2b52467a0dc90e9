package io.muster.rest.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BoundedPoolTest {

  @Test
  void nothingWaitsForADatabaseWithoutALimit() {
    var server = new PgConnectOptions();
    BoundedPool.limit(server, Duration.ofSeconds(30), Duration.ofSeconds(5));
    assertEquals("30000", server.getProperties().get("statement_timeout"));
    assertEquals("30000", server.getProperties().get("idle_in_transaction_session_timeout"));
    assertEquals(5_000, server.getConnectTimeout());
    assertTrue(server.isTcpKeepAlive());
  }
}
