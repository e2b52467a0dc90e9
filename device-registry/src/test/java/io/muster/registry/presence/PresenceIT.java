package io.muster.registry.presence;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static io.muster.registry.presence.PresenceFixture.connected;
import static io.muster.registry.presence.PresenceFixture.disconnected;
import static io.muster.registry.presence.PresenceFixture.heard;
import static io.muster.registry.presence.PresenceFixture.report;
import static io.muster.registry.presence.PresenceFixture.said;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.Golden;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.DeviceAddress;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.restassured.response.Response;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Presence of devices, from what ingest tells to what people see. */
@RegistryTest
class PresenceIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ACTIVITY = "/internal/v1/presence/activity";

  @Inject PresenceInbox inbox;
  @Inject PresenceSweep sweep;
  @Inject Presences presences;
  @Inject Pool pool;
  Tokens tokens;

  private final UUID boot = UUID.randomUUID();
  private final UUID other = UUID.randomUUID();
  private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
  private String tenant;
  private Api operator;
  private Api service;
  private String path;
  private DeviceAddress pump;

  @BeforeEach
  void makeADevice() {
    tenant = Api.as(tokens.admin()).tenant();
    operator = Api.as(tokens.person("operator", tenant));
    service = Api.as(tokens.service());
    path = operator.device(tenant, "pump");
    pump = DeviceAddress.of(tenant, "pump");
  }

  @Test
  void aDeviceThatWasNeverHeardOfIsUnknown() {
    operator
        .get(path)
        .then()
        .body("presence.status", equalTo("unknown"))
        .body("presence.since", nullValue())
        .body("presence.lastSeen", nullValue());
    presence()
        .then()
        .statusCode(200)
        .body("status", equalTo("unknown"))
        .body("reason", nullValue())
        .body("heartbeatSeconds", equalTo(30))
        .body("silentAfterSeconds", equalTo(90))
        .body("connections.size()", equalTo(0))
        .body("history.size()", equalTo(0));
    assertEquals(List.of("pump"), found("presence==unknown"));
    assertEquals(List.of(), found("presence=in=(online,offline)"));
  }

  @Test
  void connectionsMakeItOnlineAndOffline() {
    apply(connected(pump, 5, boot, now.minusSeconds(60)));
    operator.get(path).then().body("presence.status", equalTo("online"));
    presence()
        .then()
        .body("since", equalTo(now.minusSeconds(60).toString()))
        .body("reason", equalTo("connected"))
        .body("connections[0].clientIdentifier", equalTo(tenant + ":pump"))
        .body("connections[0].replica", equalTo("ingest-1"));
    apply(disconnected(pump, 5, boot, now.minusSeconds(10), "keep-alive"));
    presence()
        .then()
        .body("status", equalTo("offline"))
        .body("since", equalTo(now.minusSeconds(10).toString()))
        .body("lastSeen", equalTo(now.minusSeconds(60).toString()))
        .body("connections.size()", equalTo(0))
        .body("history.reason", equalTo(List.of("keep-alive", "connected")))
        .body("history.status", equalTo(List.of("offline", "online")));
  }

  @Test
  void eachChangeIsToldToTheOtherServices() throws IOException {
    var begin = page(Long.MAX_VALUE).next();
    apply(
        connected(pump, 5, boot, now),
        connected(pump, 5, boot, now),
        disconnected(pump, 5, boot, now.plusSeconds(1), "client"),
        disconnected(pump, 5, boot, now.plusSeconds(2), "replica-lost"));
    var topic = "platform/registry/presence/" + pump;
    List<OutboxEvent> told = new ArrayList<>();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              told.clear();
              page(begin).items().stream()
                  .filter(event -> event.topic().equals(topic))
                  .forEach(told::add);
              return told.size() >= 2;
            });
    assertEquals(2, told.size());
    Golden.assertSameShape("events/registry.presence.json", told.getFirst().payload());
    var first = ContractJson.mapper().readTree(told.getFirst().payload()).get("data");
    assertTrue(first.get("online").booleanValue());
    var last = ContractJson.mapper().readTree(told.getLast().payload()).get("data");
    assertEquals("client", last.get("reason").textValue());
  }

  @Test
  void thePresenceIsNoPartOfTheVersion() {
    var before = operator.get(path).header("ETag");
    apply(connected(pump, 5, boot, now));
    var read = operator.get(path);
    assertEquals(before, read.header("ETag"));
    Map<String, Object> same = new HashMap<>(read.jsonPath().getMap(""));
    operator
        .put(path, before, same)
        .then()
        .statusCode(200)
        .header("ETag", before)
        .body("presence.status", equalTo("online"));
    operator
        .patch(path, Map.of("attributes", Map.of("floor", 2)))
        .then()
        .statusCode(200)
        .body("presence.status", equalTo("online"));
  }

  @Test
  void devicesAreFoundByTheirPresence() {
    for (var id : List.of("a", "b", "c")) {
      operator.device(tenant, id);
    }
    var a = DeviceAddress.of(tenant, "a");
    var b = DeviceAddress.of(tenant, "b");
    apply(
        connected(a, 1, boot, now.minusSeconds(100)),
        connected(b, 2, boot, now.minusSeconds(50)),
        disconnected(b, 2, boot, now.minusSeconds(20), "client"));
    assertEquals(List.of("a"), found("presence==online"));
    assertEquals(List.of("b"), found("presence==offline"));
    assertEquals(List.of("c", "pump"), found("presence==unknown"));
    assertEquals(List.of("b", "c", "pump"), found("presence!=online"));
    assertEquals(List.of("b"), found("lastSeen=gt=" + now.minusSeconds(60)));
    assertEquals(List.of("a"), found("lastSeen=lt=" + now.minusSeconds(60)));
    assertEquals(List.of("c", "pump"), found("lastSeen=ex=false"));
    assertProblem(
        operator.get(Api.devices(tenant) + "?filter=presence==Online"), 400, "malformed-request");
  }

  @Test
  void aReportNotesWhenDevicesWereHeard() {
    apply(connected(pump, 5, boot, now.minusSeconds(60)));
    tell(report(boot, null, null, List.of(heard(pump, now.minusSeconds(5), 300))));
    presence()
        .then()
        .body("lastSeen", equalTo(now.minusSeconds(5).toString()))
        .body("silentAfterSeconds", equalTo(450))
        .body("history.size()", equalTo(1));
    // Late, and again.
    tell(report(boot, null, null, List.of(heard(pump, now.minusSeconds(30), 10))));
    tell(report(boot, null, null, List.of(heard(pump, now.minusSeconds(5), 300))));
    presence()
        .then()
        .body("lastSeen", equalTo(now.minusSeconds(5).toString()))
        .body("silentAfterSeconds", equalTo(450));
  }

  @Test
  void aDeviceBehindAGatewayIsOnlineWhileItIsHeard() {
    tell(report(boot, null, null, List.of(heard(pump, now.minusSeconds(200), 0))));
    presence().then().body("status", equalTo("online")).body("reason", equalTo("heard"));
    tell(report(boot, now.minusSeconds(100), null, List.of()));
    sweepNow();
    presence()
        .then()
        .body("status", equalTo("offline"))
        .body("reason", equalTo("silent"))
        .body("since", equalTo(now.minusSeconds(110).toString()));
    tell(report(boot, null, null, List.of(heard(pump, now.minusSeconds(50), 0))));
    presence().then().body("status", equalTo("online"));
    apply(said(pump, "offline", now.minusSeconds(10)));
    presence().then().body("status", equalTo("offline")).body("reason", equalTo("device"));
  }

  @Test
  void aClockThatIsAheadDoesNotKeepADeviceOnline() {
    tell(report(boot, null, null, List.of(heard(pump, now.plusSeconds(86_400), 0))));
    var lastSeen = Instant.parse(presence().<String>path("lastSeen"));
    assertTrue(lastSeen.isBefore(Instant.now().plusSeconds(1)), lastSeen.toString());
  }

  @Test
  void aConnectedDeviceThatIsNotHeardOfFallsSilent() {
    apply(connected(pump, 5, boot, now.minusSeconds(300)));
    tell(report(boot, now.minusSeconds(40), List.of(boot), List.of()));
    sweepNow();
    presence()
        .then()
        .body("status", equalTo("offline"))
        .body("since", equalTo(now.minusSeconds(210).toString()))
        .body("connections.size()", equalTo(1));
  }

  @Test
  void theHeartbeatOfItsTypeCounts() {
    operator
        .post(
            "/api/v1/tenants/" + tenant + "/device-types",
            Map.of("id", "slow", "heartbeatSeconds", 600))
        .then()
        .statusCode(201);
    operator.patch(path, Map.of("type", "slow")).then().statusCode(200);
    apply(connected(pump, 5, boot, now.minusSeconds(300)));
    tell(report(boot, now.minusSeconds(40), null, List.of()));
    makeDue();
    sweepNow();
    presence()
        .then()
        .body("status", equalTo("online"))
        .body("heartbeatSeconds", equalTo(600))
        .body("silentAfterSeconds", equalTo(1800));
  }

  @Test
  void whileAReplicaReportsNothingItsDevicesStayAsTheyAre() {
    apply(connected(pump, 5, boot, now.minusSeconds(300)));
    tell(report(other, now, List.of(boot, other), List.of()));
    sweepNow();
    presence().then().body("status", equalTo("online"));
    // It is heard of again, and what it had heard before the outage comes with it.
    tell(report(boot, null, null, List.of(heard(pump, now.minusSeconds(20), 0))));
    tell(report(boot, now.minusSeconds(10), null, List.of()));
    makeDue();
    sweepNow();
    presence().then().body("status", equalTo("online")).body("history.size()", equalTo(1));
  }

  @Test
  void connectionsOfAReplicaThatIsGoneEndOnce() {
    apply(connected(pump, 5, boot, now.minusSeconds(300)));
    ageAll();
    sweepNow();
    // Nobody reports: that says nothing of any of them.
    presence().then().body("status", equalTo("online"));
    tell(report(other, now, List.of(other), List.of()));
    var one = CompletableFuture.runAsync(this::sweepNow);
    sweepNow();
    one.join();
    presence()
        .then()
        .body("status", equalTo("offline"))
        .body("reason", equalTo("replica-lost"))
        .body("history.size()", equalTo(2));
    assertEquals(
        0, number("SELECT count(*) FROM presence_replica WHERE boot_id = $1", Tuple.of(boot)));
    // Whatever else is told of it later.
    apply(disconnected(pump, 5, boot, now, "replica-lost"));
    presence().then().body("history.size()", equalTo(2));
  }

  @Test
  void aReplicaThatAnotherOneKnowsAliveIsNotGone() {
    apply(connected(pump, 5, boot, now.minusSeconds(30)));
    ageAll();
    tell(report(other, now, List.of(other, boot), List.of()));
    sweepNow();
    presence().then().body("status", equalTo("online"));
  }

  @Test
  void whenTheLogWasLostNobodyGoesForIt() {
    apply(connected(pump, 5, boot, now.minusSeconds(30)));
    await(pool.withTransaction(inbox::startOver));
    presence().then().body("status", equalTo("online")).body("connections.size()", equalTo(0));
    apply(disconnected(pump, 5, boot, now, "client"));
    presence().then().body("status", equalTo("offline"));
  }

  @Test
  void theLastChangesAreRemembered() {
    for (int round = 0; round < 3; round++) {
      List<OutboxEvent> events = new ArrayList<>();
      for (int i = 1; i <= 20; i++) {
        var epoch = round * 20 + i;
        events.add(connected(pump, epoch, boot, now.plusMillis(2L * epoch)));
        events.add(disconnected(pump, epoch, boot, now.plusMillis(2L * epoch + 1), "client"));
      }
      apply(events.toArray(OutboxEvent[]::new));
    }
    presence()
        .then()
        .body("history.size()", equalTo(50))
        .body("history[0].at", equalTo(now.plusMillis(121).toString()));
  }

  @Test
  void aWholeFleetGoesAtOnce() {
    List<DeviceAddress> fleet = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      operator.device(tenant, "d" + i);
      fleet.add(DeviceAddress.of(tenant, "d" + i));
    }
    apply(
        fleet.stream()
            .map(it -> connected(it, 5, boot, now.minusSeconds(30)))
            .toArray(OutboxEvent[]::new));
    assertEquals(40, found("presence==online").size());
    var ends =
        fleet.stream()
            .map(it -> disconnected(it, 5, boot, now, "replica-lost"))
            .toArray(OutboxEvent[]::new);
    apply(ends);
    apply(ends);
    assertEquals(40, found("presence==offline").size());
    assertEquals(80, changes());
  }

  @Test
  void reportsAndEventsAtOnceGetInNobodysWay() {
    List<DeviceAddress> fleet = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      operator.device(tenant, "d" + i);
      fleet.add(DeviceAddress.of(tenant, "d" + i));
    }
    var reports =
        CompletableFuture.runAsync(
            () -> {
              for (int round = 0; round < 20; round++) {
                var at = now.minusSeconds(100 - round);
                tell(report(boot, at, null, fleet.stream().map(it -> heard(it, at, 60)).toList()));
              }
            });
    var reversed = fleet.reversed();
    for (int round = 1; round <= 20; round++) {
      var epoch = round;
      apply(
          reversed.stream()
              .map(it -> connected(it, epoch, boot, now.minusSeconds(100 - epoch)))
              .toArray(OutboxEvent[]::new));
      sweepNow();
    }
    reports.join();
    assertEquals(20, found("presence==online").size());
    assertEquals(20, changes());
  }

  @Test
  void instancesThatLookAtOnceEndEachSilenceOnce() {
    List<DeviceAddress> fleet = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      operator.device(tenant, "d" + i);
      fleet.add(DeviceAddress.of(tenant, "d" + i));
    }
    apply(
        fleet.stream()
            .map(it -> connected(it, 5, boot, now.minusSeconds(300)))
            .toArray(OutboxEvent[]::new));
    tell(report(boot, now.minusSeconds(40), List.of(boot), List.of()));
    makeDue();
    var looks = Stream.generate(() -> CompletableFuture.runAsync(this::sweepNow)).limit(4).toList();
    looks.forEach(CompletableFuture::join);
    assertEquals(30, found("presence==offline").size());
    assertEquals(60, changes());
  }

  @Test
  void aBrokerOfOthersTellsOfItsConnections() {
    var client = ClientIdentifier.read(tenant + ":pump");
    var began = now.minusSeconds(600);
    await(presences.disconnected(client, now.minusSeconds(590), now.minusSeconds(700), "closed"));
    await(presences.connected(client, began, began, "emqx@10.0.0.1"));
    await(presences.connected(client, began, began, "emqx@10.0.0.1"));
    makeDue();
    sweepNow();
    presence()
        .then()
        .body("status", equalTo("online"))
        .body("connections[0].replica", equalTo("emqx@10.0.0.1"));
    await(presences.disconnected(client, now, began, "keepalive_timeout"));
    presence()
        .then()
        .body("status", equalTo("offline"))
        .body("reason", equalTo("keepalive_timeout"))
        .body("history.size()", equalTo(2));
  }

  @Test
  void aClientMayMoveFromABrokerOfOthersToTheEndpoint() {
    var client = ClientIdentifier.read(tenant + ":pump");
    var began = now.minusSeconds(600);
    await(presences.connected(client, began, began, "emqx@10.0.0.1"));
    apply(connected(pump, 1, boot, now.minusSeconds(60)));
    presence()
        .then()
        .body("connections.clientIdentifier", equalTo(List.of(tenant + ":pump", tenant + ":pump")));
    await(presences.disconnected(client, now.minusSeconds(50), began, "closed"));
    presence()
        .then()
        .body("status", equalTo("online"))
        .body("connections.replica", equalTo(List.of("ingest-1")));
    apply(disconnected(pump, 1, boot, now.minusSeconds(10), "keep-alive"));
    presence().then().body("status", equalTo("offline")).body("reason", equalTo("keep-alive"));
  }

  @Test
  void whatIsToldOfADeviceThatIsGoneIsPassedOver() {
    var gone = DeviceAddress.of(tenant, "gone");
    apply(connected(gone, 1, boot, now), said(gone, "online", now), connected(pump, 2, boot, now));
    tell(report(boot, null, null, List.of(heard(gone, now, 60), heard(pump, now, 60))));
    operator.get(path).then().body("presence.status", equalTo("online"));
    operator.delete(path).then().statusCode(204);
    apply(disconnected(pump, 2, boot, now, "access-withdrawn"));
    operator.device(tenant, "pump");
    operator.get(path).then().body("presence.status", equalTo("unknown"));
    presence().then().body("history.size()", equalTo(0));
  }

  @Test
  void aReportIsHeldAgainstItsForm() {
    var body = report(boot, now, List.of(boot), List.of(heard(pump, now, 60)));
    assertEquals(401, Api.as(null).post(ACTIVITY, body).statusCode());
    assertEquals(401, Api.as(tokens.admin()).post(ACTIVITY, body).statusCode());
    assertEquals(204, service.post(ACTIVITY, body).statusCode());
    assertProblem(service.post(ACTIVITY, Map.of()), 422, "invalid-content");
    assertProblem(service.post(ACTIVITY, without(body, "bootId")), 422, "invalid-content");
    assertProblem(service.post(ACTIVITY, without(body, "replica")), 422, "invalid-content");
    var many = new ArrayList<Map<String, Object>>();
    for (int i = 0; i < 251; i++) {
      many.add(heard(pump, now, 60));
    }
    assertProblem(service.post(ACTIVITY, report(boot, now, null, many)), 422, "invalid-content");
    var nobody =
        report(boot, now, null, List.of(Map.of("at", now.toString(), "keepAliveSeconds", 60)));
    assertProblem(service.post(ACTIVITY, nobody), 422, "invalid-content");
    var path = Map.<String, Object>of("tenant", "../x", "device", "a");
    var traversal = report(boot, now, null, List.of(Map.of("device", path, "at", now.toString())));
    assertEquals(400, service.post(ACTIVITY, traversal).statusCode());
    var number = new HashMap<>(body);
    number.put("replica", 5);
    assertEquals(400, service.post(ACTIVITY, number).statusCode());
    var never = heard(pump, Instant.parse("0001-01-01T00:00:00Z"), Integer.MAX_VALUE);
    var odd = report(boot, Instant.parse("9999-12-31T00:00:00Z"), null, List.of(never));
    assertEquals(204, service.post(ACTIVITY, odd).statusCode());
  }

  @Test
  void tenantsDoNotSeeEachOther() {
    apply(connected(pump, 5, boot, now));
    var foreign = Api.as(tokens.person("operator", Api.as(tokens.admin()).tenant()));
    assertProblem(foreign.get(path + "/presence"), 403, "forbidden");
    assertProblem(
        foreign.get("/api/v1/tenants/nobody-here/devices/pump/presence"), 403, "forbidden");
    assertProblem(operator.get(Api.devices(tenant) + "/no-such/presence"), 404, "not-found");
    assertEquals(401, Api.as(null).get(path + "/presence").statusCode());
  }

  @Test
  void anImportedDeviceIsUnknownUntilItIsHeardAndAnImportChangesNothingOfIt() {
    var valve = DeviceAddress.of(tenant, "valve");
    var row = "{\"id\":\"valve\",\"attributes\":{\"n\":%d}}\n";
    bring(row.formatted(1));
    assertEquals(List.of("pump", "valve"), found("presence==unknown"));
    apply(connected(valve, 1, boot, now));
    assertEquals(List.of("valve"), found("presence==online"));
    bring(row.formatted(2) + "{\"id\":\"pump\",\"enabled\":true}\n");
    assertEquals(List.of("valve"), found("presence==online%3Battributes.n==2"));
    // An import may well name devices that never come: they are not gone.
    assertEquals(List.of(), found("presence==offline"));
    apply(disconnected(valve, 1, boot, now.plusSeconds(1), "client"));
    assertEquals(List.of("valve"), found("presence==offline"));
  }

  private void bring(String rows) {
    operator
        .request()
        .contentType("application/x-ndjson")
        .body(rows.getBytes(StandardCharsets.UTF_8))
        .post("/api/v1/tenants/" + tenant + "/device-import")
        .then()
        .statusCode(200);
  }

  private static Map<String, Object> without(Map<String, Object> body, String member) {
    Map<String, Object> rest = new HashMap<>(body);
    rest.remove(member);
    return rest;
  }

  private void apply(OutboxEvent... events) {
    await(pool.withTransaction(connection -> inbox.apply(connection, Arrays.asList(events))));
  }

  private void tell(Map<String, Object> report) {
    service.post(ACTIVITY, report).then().statusCode(204);
  }

  private void sweepNow() {
    await(sweep.run());
  }

  private Response presence() {
    return operator.get(path + "/presence");
  }

  private List<String> found(String filter) {
    var answer = operator.get(Api.devices(tenant) + "?limit=1000&filter=" + filter);
    answer.then().statusCode(200);
    return answer.path("items.id");
  }

  /** Of no replica has anybody said for long that it lives. */
  private void ageAll() {
    await(pool.query("UPDATE presence_replica SET alive_at = now() - interval '1 h'").execute());
  }

  private void makeDue() {
    await(
        pool.preparedQuery(
                "UPDATE presence SET look_at = now() WHERE look_at IS NOT NULL AND device_key IN"
                    + " (SELECT d.key FROM device d JOIN tenant t ON t.key = d.tenant_key"
                    + " WHERE t.id = $1)")
            .execute(Tuple.of(tenant)));
  }

  private long changes() {
    return number(
        "SELECT count(*) FROM presence_change c JOIN device d ON d.key = c.device_key"
            + " JOIN tenant t ON t.key = d.tenant_key WHERE t.id = $1",
        Tuple.of(tenant));
  }

  private long number(String sql, Tuple values) {
    return await(pool.preparedQuery(sql).execute(values)).iterator().next().getLong(0);
  }

  private EventPage page(long after) throws IOException {
    var answer = service.get("/internal/v1/events?limit=1000&after=" + after);
    answer.then().statusCode(200);
    return ContractJson.mapper().readValue(answer.asString(), EventPage.class);
  }

  private static <T> T await(Uni<T> answer) {
    return answer.await().atMost(PATIENCE);
  }
}
