package io.muster.registry.presence;

import static io.muster.registry.ProblemMatcher.assertProblem;
import static io.muster.registry.presence.PresenceFixture.connected;
import static io.muster.registry.presence.PresenceFixture.disconnected;
import static io.muster.registry.presence.PresenceFixture.heard;
import static io.muster.registry.presence.PresenceFixture.heardConnected;
import static io.muster.registry.presence.PresenceFixture.report;
import static io.muster.registry.presence.PresenceFixture.said;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.DeviceAddress;
import io.muster.registry.Api;
import io.muster.registry.Contention;
import io.muster.registry.RegistryTest;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who falls silent, by what replicas of ingest report of devices and of each other. */
@RegistryTest
class SilenceIT extends PresenceCourse {
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
  void aReportOfAConnectedDeviceMayComeBeforeTheEventOfItsConnection() {
    tell(report(boot, null, null, List.of(heardConnected(pump, now.minusSeconds(9)))));
    presence().then().body("status", equalTo("online")).body("reason", equalTo("connected"));
    apply(connected(pump, 5, boot, now.minusSeconds(10)));
    presence()
        .then()
        .body("reason", equalTo("connected"))
        .body("history.size()", equalTo(1))
        .body("connections.size()", equalTo(1));
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
  void aConnectionAtABrokerOfOthersThatWasKilledEnds() {
    var client = ClientIdentifier.read(tenant + ":pump");
    var hours = now.minusSeconds(2 * 3_600);
    await(presences.connected(client, hours, hours, "emqx@192.0.2.1"));
    // The broker made it authenticate again, and it has lasted for less than that since.
    var again = now.minusSeconds(3_500);
    await(presences.connected(client, again, again, "emqx@192.0.2.2"));
    sweepNow();
    presence().then().body("status", equalTo("online")).body("connections.size()", equalTo(1));
    var lone = DeviceAddress.of(tenant, "lone");
    operator.device(tenant, "lone");
    var other = ClientIdentifier.read(tenant + ":lone");
    await(presences.connected(other, hours, hours, "emqx@192.0.2.1"));
    sweepNow();
    operator
        .get(Api.devices(tenant) + "/lone/presence")
        .then()
        .body("status", equalTo("offline"))
        .body("reason", equalTo("replica-lost"))
        .body("since", equalTo(hours.plusSeconds(70 * 60).toString()))
        .body("connections.size()", equalTo(0));
    tell(report(boot, null, null, List.of(heard(lone, now, 0))));
    assertEquals(List.of("lone", "pump"), found("presence==online"));
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
  void reportsAndEventsAtOnceGetInNobodysWay() {
    var fleet = fleet(20);
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
  void whatAReportHasToWaitForIsNotedAsWell() {
    var fleet = fleet(3);
    apply(
        fleet.stream()
            .map(it -> connected(it, 5, boot, now.minusSeconds(300)))
            .toArray(OutboxEvent[]::new));
    for (int i = 0; i < fleet.size(); i++) {
      var at = now.minusSeconds(100 - i);
      Contention.with(
          pool,
          "UPDATE presence SET since = since WHERE device_key = (SELECT d.key FROM device d"
              + " JOIN tenant t ON t.key = d.tenant_key WHERE t.id = $1 AND d.id = $2)",
          Tuple.of(tenant, fleet.get(i).device().value()),
          () ->
              tell(report(boot, null, null, fleet.stream().map(it -> heard(it, at, 60)).toList())));
      assertEquals(
          3,
          number(
              "SELECT count(*) FROM presence p JOIN tenant t ON t.key = p.tenant_key"
                  + " WHERE t.id = $1 AND p.last_seen = $2",
              Tuple.of(tenant, PresenceTable.utc(at))),
          "while " + fleet.get(i) + " was changed");
    }
  }

  @Test
  void instancesThatLookAtOnceEndEachSilenceOnce() {
    var fleet = fleet(30);
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

  private static Map<String, Object> without(Map<String, Object> body, String member) {
    Map<String, Object> rest = new HashMap<>(body);
    rest.remove(member);
    return rest;
  }

  /** Of no replica has anybody said for long that it lives. */
  private void ageAll() {
    await(pool.query("UPDATE presence_replica SET alive_at = now() - interval '1 h'").execute());
  }
}
