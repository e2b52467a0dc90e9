package io.muster.registry.shadow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.ConnectedSession.Hearing;
import io.muster.contract.id.DeviceAddress;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Devices subscribed while ingest's log was lost: what they missed comes all the same. */
@RegistryTest
class RetoldSessionsIT {
  @Inject ShadowInbox inbox;
  @Inject Pool pool;
  Tokens tokens;
  private String tenant;
  private DeviceAddress lamp;
  private DeviceAddress gateway;
  private long begin;

  @BeforeEach
  void aDeviceThatIsToChange() {
    tenant = Api.as(tokens.admin()).tenant();
    var operator = Api.as(tokens.person("operator", tenant));
    var shadow = operator.device(tenant, "lamp") + "/shadow";
    operator.device(tenant, "gateway");
    lamp = DeviceAddress.of(tenant, "lamp");
    gateway = DeviceAddress.of(tenant, "gateway");
    operator.patch(shadow, Map.of("state", Map.of("desired", Map.of("on", true))));
    operator.patch(shadow + "/config", Map.of("state", Map.of("desired", Map.of("n", 1))));
    begin =
        await(pool.query("SELECT max(place) FROM outbox").execute()).iterator().next().getLong(0);
  }

  @Test
  void whoseSubscriptionsNobodyKeepsMayHearAll() {
    retold(session(lamp));
    assertEquals(
        List.of(
            "aws/" + lamp + "/shadow/name/config/update/delta",
            "aws/" + lamp + "/shadow/update/delta",
            "shadow/" + lamp + "/name/config/update/delta",
            "shadow/" + lamp + "/update/delta"),
        said());
    assertEquals(4, count("shadow_listener"));
  }

  @Test
  void whoseSubscriptionsAreKeptHearsThose() {
    retold(session(lamp, new Hearing(lamp, List.of("shadow/" + lamp + "/update/delta"))));
    assertEquals(List.of("shadow/" + lamp + "/update/delta"), said());
    assertEquals(1, count("shadow_listener"));
  }

  @Test
  void aGatewayHearsForWhatIsBehindIt() {
    retold(session(gateway, new Hearing(lamp, List.of("shadow/" + lamp + "/name/+/update/delta"))));
    assertEquals(List.of("shadow/" + lamp + "/name/config/update/delta"), said());
  }

  @Test
  void whoListenedBeforeIsForgottenUntilThen() {
    retold(session(lamp));
    await(pool.withTransaction(inbox::startOver));
    assertEquals(0, count("shadow_listener"));
  }

  private static ConnectedSession session(DeviceAddress device, Hearing... hears) {
    var client = device.tenant() + ":" + device.device();
    return new ConnectedSession(device, client, 3, Instant.now(), List.of(hears));
  }

  private void retold(ConnectedSession... sessions) {
    await(pool.withTransaction(transaction -> inbox.retold(transaction, List.of(sessions))));
  }

  /** To the lamp, sorted. */
  private List<String> said() {
    var rows =
        await(
            pool.preparedQuery(
                    "SELECT topic FROM outbox WHERE topic LIKE '%/' || $1::text || '/%'"
                        + " AND place > $2")
                .execute(Tuple.of(lamp.toString(), begin)));
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row -> row.getString(0))
        .sorted()
        .toList();
  }

  private long count(String table) {
    var rows =
        await(
            pool.preparedQuery(
                    "SELECT count(*) FROM "
                        + table
                        + " l JOIN device d ON d.key = l.device_key JOIN tenant t ON t.key ="
                        + " d.tenant_key WHERE t.id = $1 AND d.id = 'lamp'")
                .execute(Tuple.of(tenant)));
    return rows.iterator().next().getLong(0);
  }

  private static <T> T await(Uni<T> answer) {
    return answer.await().atMost(Duration.ofSeconds(60));
  }
}
