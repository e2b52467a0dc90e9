package io.muster.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index that gives devices their turns has the order of {@link DeviceOrder}. */
class DeviceIndexIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "command/acme/d1/res/r1/200",
        "shadow/acme/d1/name/x/update",
        "presence/acme/d1",
        "aws/acme/d1/jobs/get",
        "platform/ingest/session/connected/acme/d1",
        "platform/ingest/delivered/acme/d1",
        "platform/ingest/delivered/session/d1",
        "platform/registry/device-disabled/acme/d1",
        "platform/registry/tenant-suspended/acme",
        "platform",
        "platform/x/session",
        "platforms/acme/d1",
        "x",
        "x/y",
        "/",
        "//"
      })
  void isTheDeviceOfATopic(String topic) {
    var query = "SELECT " + DeviceOrder.SQL + " FROM (SELECT $1::text AS topic) AS one";
    assertEquals(
        DeviceOrder.deviceOf(topic),
        DATABASE
            .pool()
            .preparedQuery(query)
            .execute(Tuple.of(topic))
            .await()
            .atMost(PATIENCE)
            .iterator()
            .next()
            .getString(0));
  }

  @Test
  void isUsedForTheNextDevice() {
    var query =
        "EXPLAIN SELECT %1$s FROM outbox WHERE sequence IS NOT NULL AND settled_at IS NULL"
            + " AND %1$s > 'acme/d1' ORDER BY 1 LIMIT 1";
    List<String> plan = new ArrayList<>();
    DATABASE
        .pool()
        .query(query.formatted(DeviceOrder.SQL))
        .execute()
        .await()
        .atMost(PATIENCE)
        .forEach(row -> plan.add(row.getString(0)));
    assertTrue(String.join(" ", plan).contains("outbox_unsettled_of_device"), plan::toString);
  }
}
