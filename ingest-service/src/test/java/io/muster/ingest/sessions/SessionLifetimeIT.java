package io.muster.ingest.sessions;

import static io.muster.ingest.sessions.TestReplica.NEVER_ENDS;
import static io.muster.ingest.sessions.TestReplica.client;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import java.nio.file.Path;
import java.util.List;
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
