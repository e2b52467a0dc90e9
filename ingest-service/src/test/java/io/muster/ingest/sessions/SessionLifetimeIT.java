package io.muster.ingest.sessions;

import static io.muster.ingest.sessions.TestReplica.NEVER_ENDS;
import static io.muster.ingest.sessions.TestReplica.client;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.DeviceAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** For how long the state of a session is kept (MQTT 5 §4.1). */
class SessionLifetimeIT {
  private static final long SECOND = 1;

  @TempDir static Path folder;

  /** Its expiry, and that of the connection before, is over, and sweeps come and go. */
  @Test
  void aSessionIsKeptForAsLongAsItsConnection() {
    try (var database = SessionsDatabase.start(folder);
        var replica = new TestReplica("one", database)) {
      await().until(replica.sessions::isReady);
      var connected = DeviceAddress.of("acme", "connected");
      var subscription = new StoredSubscription("command/acme/connected/req/#", 1, 7);
      var left = replica.take(connected, false, NEVER_ENDS);
      replica.end(connected, left, SECOND, true);
      var taken = replica.take(connected, false, SECOND);
      replica
          .sessions
          .storeSubscriptions(taken.sessionKey(), taken.epoch(), List.of(subscription))
          .await()
          .indefinitely();
      expireAnother(replica, "first");
      expireAnother(replica, "second");
      assertEquals(1, sessions(replica, connected));
      replica.end(connected, taken, NEVER_ENDS, true);
      var again = replica.take(connected, false, SECOND);
      assertTrue(again.present());
      assertEquals(List.of(subscription), again.subscriptions());
    }
  }

  /** The tests' replicas keep two of a device. */
  @Test
  void aDeviceKeepsItsLastSessionsAndNoMore() {
    try (var database = SessionsDatabase.start(folder);
        var replica = new TestReplica("one", database)) {
      await().until(replica.sessions::isReady);
      var device = DeviceAddress.of("acme", "many");
      var other = DeviceAddress.of("acme", "many-more");
      leave(replica, other, "acme:many-more");
      for (int n = 1; n <= 4; n++) {
        leave(replica, device, "acme:many:" + n);
      }
      var connected = replica.taking(device, "acme:many", NEVER_ENDS).await().indefinitely();
      var kept = List.of("acme:many", "acme:many-more", "acme:many:3", "acme:many:4");
      await().untilAsserted(() -> assertEquals(kept, clients(replica)));
      replica.sessions.forget(device);
      await().until(() -> clients(replica).equals(List.of("acme:many-more")));
      replica.end(device, connected, NEVER_ENDS, false);
      assertFalse(replica.take(device, false, NEVER_ENDS).present());
      assertTrue(replica.take(other, false, NEVER_ENDS).present());
    }
  }

  /** The next sweep is an hour away, and a batch is two. */
  @Test
  void whatHasExpiredIsRemovedInOneSweepHoweverMuchItIs() {
    try (var database = SessionsDatabase.start(folder)) {
      var pool = database.pool();
      pool.query(
              """
              INSERT INTO mqtt_session (client_identifier, session_key, epoch, connected_at,
                expiry_seconds, expires_at)
              SELECT 'acme:old' || n, -n, -n, now(), 1, now() FROM generate_series(1, 101) n
              """)
          .execute()
          .await()
          .indefinitely();
      var settings = Map.of("muster.sessions.sweep", "1h");
      try (var replica = new TestReplica("one", pool, settings)) {
        await()
            .atMost(Duration.ofMinutes(1))
            .untilAsserted(
                () ->
                    assertEquals(
                        0, replica.count("SELECT count(*) FROM mqtt_session WHERE epoch < 0")));
      }
    }
  }

  private static void leave(TestReplica replica, DeviceAddress device, String client) {
    var taken = replica.taking(device, client, NEVER_ENDS).await().indefinitely();
    replica.sessions.ended(
        new SessionEnd(new ClientIdentifier(device, client), taken.epoch(), NEVER_ENDS, false));
    await()
        .until(
            () ->
                replica.count(
                        "SELECT count(*) FROM mqtt_session"
                            + " WHERE client_identifier = $1 AND replica_key IS NULL",
                        client)
                    == 1);
  }

  private static List<String> clients(TestReplica replica) {
    List<String> clients = new ArrayList<>();
    replica
        .pool
        .query(
            "SELECT client_identifier FROM mqtt_session WHERE client_identifier LIKE 'acme:many%'"
                + " ORDER BY client_identifier COLLATE \"C\"")
        .execute()
        .await()
        .indefinitely()
        .forEach(row -> clients.add(row.getString(0)));
    return clients;
  }

  /** One that began later, was left and is gone: a second has passed, and a sweep. */
  private static void expireAnother(TestReplica replica, String name) {
    var other = DeviceAddress.of("acme", name);
    var taken = replica.take(other, false, SECOND);
    replica.end(other, taken, SECOND, true);
    await().until(() -> sessions(replica, other) == 0);
  }

  private static long sessions(TestReplica replica, DeviceAddress device) {
    return replica.count(
        "SELECT count(*) FROM mqtt_session WHERE client_identifier = $1", client(device).value());
  }
}
