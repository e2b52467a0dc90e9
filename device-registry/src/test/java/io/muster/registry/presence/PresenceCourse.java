package io.muster.registry.presence;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.registry.Api;
import io.muster.registry.Tokens;
import io.restassured.response.Response;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;

/**
 * What tests of presence begin with: a tenant, a device {@code pump} that was never heard of, and a
 * way to tell the registry what ingest would.
 */
abstract class PresenceCourse {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final String ACTIVITY = "/internal/v1/presence/activity";

  @Inject PresenceInbox inbox;
  @Inject PresenceSweep sweep;
  @Inject Presences presences;
  @Inject Pool pool;
  Tokens tokens;

  final UUID boot = UUID.randomUUID();
  final UUID other = UUID.randomUUID();
  final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
  String tenant;
  Api operator;
  Api service;
  String path;
  DeviceAddress pump;

  @BeforeEach
  void makeADevice() {
    tenant = Api.as(tokens.admin()).tenant();
    operator = Api.as(tokens.person("operator", tenant));
    service = Api.as(tokens.service());
    path = operator.device(tenant, "pump");
    pump = DeviceAddress.of(tenant, "pump");
  }

  /** More devices, {@code d0} and on. */
  List<DeviceAddress> fleet(int size) {
    return IntStream.range(0, size)
        .mapToObj(i -> "d" + i)
        .peek(id -> operator.device(tenant, id))
        .map(id -> DeviceAddress.of(tenant, id))
        .toList();
  }

  void apply(OutboxEvent... events) {
    await(pool.withTransaction(connection -> inbox.apply(connection, Arrays.asList(events))));
  }

  void tell(Map<String, Object> report) {
    service.post(ACTIVITY, report).then().statusCode(204);
  }

  void sweepNow() {
    await(sweep.run());
  }

  Response presence() {
    return operator.get(path + "/presence");
  }

  List<String> found(String filter) {
    var answer = operator.get(Api.devices(tenant) + "?limit=1000&filter=" + filter);
    answer.then().statusCode(200);
    return answer.path("items.id");
  }

  void makeDue() {
    await(
        pool.preparedQuery(
                "UPDATE presence SET look_at = now() WHERE look_at IS NOT NULL AND device_key IN"
                    + " (SELECT d.key FROM device d JOIN tenant t ON t.key = d.tenant_key"
                    + " WHERE t.id = $1)")
            .execute(Tuple.of(tenant)));
  }

  long changes() {
    return number(
        "SELECT count(*) FROM presence_change c JOIN device d ON d.key = c.device_key"
            + " JOIN tenant t ON t.key = d.tenant_key WHERE t.id = $1",
        Tuple.of(tenant));
  }

  long number(String sql, Tuple values) {
    return await(pool.preparedQuery(sql).execute(values)).iterator().next().getLong(0);
  }

  static <T> T await(Uni<T> answer) {
    return answer.await().atMost(PATIENCE);
  }
}
