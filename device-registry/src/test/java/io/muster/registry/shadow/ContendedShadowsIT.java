package io.muster.registry.shadow;

import static io.muster.registry.shadow.Json.bytes;
import static org.hamcrest.Matchers.equalTo;

import io.muster.contract.event.OutboxEvent;
import io.muster.registry.Api;
import io.muster.registry.Contention;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Shadows that another transaction is changing when a batch of events is about them. */
@RegistryTest
class ContendedShadowsIT {
  /** Rows are found one by one, as when there are many. */
  private static final String AS_OF_A_LARGE_TABLE =
      "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;"
          + " SET LOCAL enable_mergejoin = off";

  @Inject ShadowInbox inbox;
  @Inject Pool pool;
  Tokens tokens;

  @Test
  void whatABatchHasToWaitForIsUpdatedAsWell() {
    var tenant = Api.as(tokens.admin()).tenant();
    var operator = Api.as(tokens.person("operator", tenant));
    var ids = List.of("a", "b", "c");
    ids.forEach(id -> operator.device(tenant, id));
    apply(ids.stream().map(id -> reported(tenant, id, 0)).toList());
    for (int i = 0; i < ids.size(); i++) {
      int round = i + 1;
      Contention.with(
          pool,
          "UPDATE shadow SET updated_at = updated_at WHERE device_key = (SELECT d.key FROM device d"
              + " JOIN tenant t ON t.key = d.tenant_key WHERE t.id = $1 AND d.id = $2)",
          Tuple.of(tenant, ids.get(i)),
          () -> apply(ids.stream().map(id -> reported(tenant, id, round)).toList()));
      for (var id : ids) {
        operator
            .get("/api/v1/tenants/" + tenant + "/devices/" + id + "/shadow")
            .then()
            .body("state.reported.round", equalTo(round))
            .body("version", equalTo(round + 1));
      }
    }
  }

  private void apply(List<OutboxEvent> events) {
    pool.withTransaction(
            connection ->
                connection
                    .query(AS_OF_A_LARGE_TABLE)
                    .execute()
                    .chain(() -> inbox.apply(connection, events)))
        .await()
        .atMost(Duration.ofSeconds(60));
  }

  private static OutboxEvent reported(String tenant, String device, int round) {
    return new OutboxEvent(
        1,
        UUID.randomUUID(),
        "shadow/" + tenant + "/" + device + "/update",
        1,
        null,
        Map.of(),
        bytes("{'state':{'reported':{'round':" + round + "}}}"),
        Instant.now());
  }
}
