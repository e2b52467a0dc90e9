package io.muster.ingest.sessions;

import static io.muster.ingest.sessions.TestReplica.NEVER_ENDS;
import static io.muster.ingest.sessions.TestReplica.SHORT_LEASE;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.ConnectedSession.Hearing;
import io.muster.contract.event.SessionPage;
import io.muster.contract.id.DeviceAddress;
import io.smallrye.mutiny.Uni;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is said to be connected, to who has missed the log. */
class ConnectedSessionsIT {
  private static final Duration WITHIN = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static SessionsDatabase database;

  @BeforeAll
  static void startDatabase() {
    // Two replicas in one process would race to set up Mutiny, which a service does only once.
    Uni.createFrom().voidItem().await().indefinitely();
    database = SessionsDatabase.start(folder);
  }

  @AfterAll
  static void stopDatabase() {
    database.close();
  }

  private static TestReplica replica(String name) {
    var replica = new TestReplica(name, database);
    await().until(replica.sessions::isReady);
    return replica;
  }

  private static SessionPage page(TestReplica replica, String after, int limit) {
    return replica.sessions.connected(after, limit).await().atMost(WITHIN);
  }

  /** Those of a tenant, page by page. */
  private static List<ConnectedSession> told(TestReplica replica, String tenant) {
    List<ConnectedSession> all = new ArrayList<>();
    for (var next = ""; next != null; ) {
      var page = page(replica, next, 2);
      assertTrue(page.items().size() <= 2);
      all.addAll(page.items());
      next = page.next();
    }
    return all.stream().filter(it -> it.device().tenant().value().equals(tenant)).toList();
  }

  private static List<String> names(List<ConnectedSession> sessions) {
    return sessions.stream().map(it -> it.device().device().value()).toList();
  }

  @Test
  void thoseOfAllReplicasAndNobodyElse() {
    try (var one = replica("one");
        var two = replica("two")) {
      var first = one.take(DeviceAddress.of("all", "d1"), true, 0);
      two.take(DeviceAddress.of("all", "d2"), true, 0);
      two.take(DeviceAddress.of("all", "d3"), false, NEVER_ENDS);
      var kept = one.take(DeviceAddress.of("all", "d4"), false, NEVER_ENDS);
      var gone = one.take(DeviceAddress.of("all", "d5"), true, 0);
      one.end(DeviceAddress.of("all", "d4"), kept, NEVER_ENDS, false);
      one.end(DeviceAddress.of("all", "d5"), gone, 0, false);
      await().until(() -> names(told(two, "all")).equals(List.of("d1", "d2", "d3")));
      var told = told(one, "all").getFirst();
      assertEquals("all:d1", told.clientIdentifier());
      assertEquals(first.epoch(), told.epoch());
      assertEquals(List.of(), told.hears());
      // Taken over by the other one: the newer epoch, once.
      var again = two.take(DeviceAddress.of("all", "d1"), true, 0);
      assertEquals(again.epoch(), told(one, "all").getFirst().epoch());
      assertEquals(3, told(one, "all").size());
    }
  }

  @Test
  void whatAGatewayHearsOfOthers() {
    try (var one = replica("one")) {
      var gateway = DeviceAddress.of("gws", "gw");
      var taken = one.take(gateway, true, 0);
      one.sessions
          .storeSubscriptions(
              taken.sessionKey(),
              taken.epoch(),
              List.of(
                  new StoredSubscription("command/gws/a/req/#", 1, 0),
                  new StoredSubscription("command/gws/b/req/#", 1, 0),
                  new StoredSubscription("shadow/gws/a/#", 1, 0),
                  new StoredSubscription("$aws/things/gws:b/jobs/notify", 1, 0)))
          .await()
          .atMost(WITHIN);
      assertEquals(
          List.of(
              new Hearing(
                  DeviceAddress.of("gws", "a"), List.of("command/gws/a/req/#", "shadow/gws/a/#")),
              new Hearing(
                  DeviceAddress.of("gws", "b"),
                  List.of("command/gws/b/req/#", "$aws/things/gws:b/jobs/notify"))),
          told(one, "gws").getFirst().hears());
    }
  }

  @Test
  void thoseAtTheSitesOfAHubAsTheirLogsTold() {
    try (var one = replica("one")) {
      var moved = one.take(DeviceAddress.of("sites", "moved"), true, 0);
      one.take(DeviceAddress.of("sites", "own"), true, 0);
      var returned = one.take(DeviceAddress.of("sites", "returned"), true, 0);
      atSite("far", 7, "{\"sites/far\": [\"command/sites/far/req/#\"]}");
      atSite("moved", moved.epoch() + 1, "{}");
      atSite("returned", returned.epoch() - 1, "{}");
      var told = told(one, "sites");
      assertEquals(List.of("far", "moved", "own", "returned"), names(told));
      assertEquals(
          List.of(
              new Hearing(DeviceAddress.of("sites", "far"), List.of("command/sites/far/req/#"))),
          told.getFirst().hears());
      assertEquals(moved.epoch() + 1, told.get(1).epoch());
      assertEquals(returned.epoch(), told.get(3).epoch());
    }
  }

  private static void atSite(String device, long epoch, String hears) {
    database
        .pool()
        .query(
            "INSERT INTO site_session VALUES ('sites:%s', 'sites', '%1$s', 'lyon', %d, now(), '%s', 1)"
                .formatted(device, epoch, hears))
        .execute()
        .await()
        .atMost(WITHIN);
  }

  @Test
  void thoseOfADeadReplicaUntilItsEndIsTold() {
    try (var one = new TestReplica("one", database.pool(), SHORT_LEASE)) {
      await().until(one.sessions::isReady);
      var two = replica("two");
      two.take(DeviceAddress.of("dead", "d1"), true, 0);
      assertEquals(List.of("d1"), names(told(one, "dead")));
      two.die();
      one.outlive("two");
      await().until(() -> told(one, "dead").isEmpty());
      await().until(() -> one.disconnectedClients().contains("dead:d1"));
    }
  }

  @Test
  void anEndIsSaid() {
    try (var one = replica("one")) {
      var page = page(one, "zzzz", 10);
      assertEquals(List.of(), page.items());
      assertNull(page.next());
    }
  }
}
