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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Presence of devices, from what ingest tells to what people see. */
@RegistryTest
class PresenceIT extends PresenceCourse {
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
    var fleet = fleet(40);
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

  private EventPage page(long after) throws IOException {
    var answer = service.get("/internal/v1/events?limit=1000&after=" + after);
    answer.then().statusCode(200);
    return ContractJson.mapper().readValue(answer.asString(), EventPage.class);
  }
}
