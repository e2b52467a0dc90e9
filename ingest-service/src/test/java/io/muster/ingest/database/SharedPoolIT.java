package io.muster.ingest.database;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.ingest.IngestStack;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The pool of the service as it runs. */
@QuarkusTest
@QuarkusTestResource(IngestStack.class)
class SharedPoolIT {
  @Inject Pool pool;

  @Test
  void theServerEndsWhatTakesTooLong() {
    for (var limit : new String[] {"statement_timeout", "idle_in_transaction_session_timeout"}) {
      var rows = pool.query("SHOW " + limit).execute().await().atMost(Duration.ofSeconds(60));
      assertEquals("1min", rows.iterator().next().getString(0), limit);
    }
  }
}
